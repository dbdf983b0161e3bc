/** None: the initial nodes of every pool. */
import { define } from '../../../common/define.ts'
import type { NodeAutoscaler } from '../policy.ts'

export const none = define({
  name: 'none',
  summary: 'Keeps the initial nodes of every pool.',
  source: 'the control of every autoscaling experiment',
  fidelity: 'faithful',
  parameters: {},
  create: (): NodeAutoscaler | null => null,
})
