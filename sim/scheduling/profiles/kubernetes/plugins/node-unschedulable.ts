/** NodeUnschedulable: a cordoned node takes only pods that tolerate being there. */
import { unresolvable, type Plugin } from '../plugin.ts'
import { untolerated } from '../pod-info.ts'

const CORDON = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' } as const

export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  preFilter: ({ tolerations }) => ({
    filter: ({ node }) =>
      node.unschedulable === true && untolerated([CORDON], tolerations, ['NoSchedule']) !== undefined
        ? unresolvable('node(s) were unschedulable')
        : null,
  }),
}
