/** None: the number of replicas that the experiment sets. */
import { define } from '../../../common/define.ts'
import type { ReplicaAutoscaler } from '../policy.ts'

export const none = define({
  name: 'none',
  summary: 'Keeps the number of replicas that the experiment sets.',
  source: 'the control of every autoscaling experiment',
  fidelity: 'faithful',
  parameters: {},
  create: (): ReplicaAutoscaler | null => null,
})
