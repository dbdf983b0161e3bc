/** The control plane in the experiment file. */
import { duration, positiveTime, section } from '../quantities.ts'
import { clock } from './batch.ts'

/** Delays of controllers and of the detection of lost nodes. */
export const controlPlane = section('the control plane', {
  latency: duration()
    .prefault('10ms')
    .describe('from a change of an object to the sync of a controller that sees it; default 10ms: API server and watch'),
  nodeGrace: positiveTime()
    .prefault('50s')
    .describe("silence of a node's kubelet after which it counts as unreachable; default 50s, node-monitor-grace-period"),
  clock,
})
  .prefault({})
  .describe('delays of the controllers; used where a service has a controller, or with actions or faults')
