/** No packer: the scheduler places each pod, and the node autoscaler estimates by first fit in order of arrival. */
import { define } from '../../common/define.ts'
import type { PackerDefinition } from '../policy.ts'

export const none: PackerDefinition = define({
  name: 'none',
  summary: 'no packer: the scheduler places the pods one by one',
  source: 'Kubernetes, kube-scheduler: one pod per cycle',
  fidelity: 'faithful',
  parameters: {},
  create: () => null,
})
