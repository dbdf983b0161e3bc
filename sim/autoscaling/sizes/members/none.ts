/** None: the requests that the experiment sets. */
import { define } from '../../../common/define.ts'
import type { SizeAutoscaler } from '../policy.ts'

export const none = define({
  name: 'none',
  summary: 'Keeps the requests that the experiment sets.',
  source: 'the control of every autoscaling experiment',
  fidelity: 'faithful',
  parameters: {},
  create: (): SizeAutoscaler | null => null,
})
