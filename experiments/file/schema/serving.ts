/** How requests are simulated, in the experiment file: one by one, or as flows. */
import { duration, oneOf, section } from '../quantities.ts'

const MODES = ['requests', 'flow'] as const

/** Of the run. */
export const serving = section('serving', {
  mode: oneOf(MODES)
    .prefault('requests')
    .describe('requests: one by one; flow: rates and queueing formulas, for weeks of simulated time; a service may say otherwise'),
  step: duration({ min: 1_000_000 })
    .prefault('15s')
    .describe('flow: time between two readings of a rate, whole seconds; default 15s, a sync period of the HPA'),
})

/** Of one service. */
export const mode = oneOf(MODES)
