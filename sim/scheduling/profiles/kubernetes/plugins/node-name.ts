/** NodeName: a pod that names a node runs on no other. */
import { isSet } from '../cluster.ts'
import { unresolvable, type Plugin } from '../plugin.ts'

export const nodeName: Plugin = {
  name: 'NodeName',
  preFilter: ({ pod }) => ({
    filter: ({ name }) =>
      isSet(pod.requestedNode) && pod.requestedNode !== name ? unresolvable("node(s) didn't match the requested node name") : null,
  }),
}
