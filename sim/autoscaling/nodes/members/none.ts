/** None: the nodes that are there at the start are all there ever are. */
import { define } from '../../../common/define.ts'
import type { NodeAutoscalerDefinition } from '../policy.ts'

export const none: NodeAutoscalerDefinition = define({
  name: 'none',
  summary: 'no node autoscaler: every pool keeps its initial nodes',
  source: 'a cluster of fixed size',
  fidelity: 'faithful',
  parameters: {},
  create: () => null,
})
