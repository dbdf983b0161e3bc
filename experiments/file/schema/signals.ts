/** What happens to what pods tell balancers, in the experiment file: age, loss and cost of probes and reports. */
import { duration, section, share } from '../quantities.ts'

/** The section of a service. */
export const signals = section('signals', {
  delay: duration()
    .prefault(0)
    .describe('age of the counts in answers to probes and in reports when they arrive, beside the network delay; default 0, fresh'),
  loss: share({ min: 0, max: 1 }).prefault(0).describe('share of the probes that are lost; default 0'),
  cost: duration().prefault(0).describe('CPU work of a pod to answer a probe; default 0'),
})
