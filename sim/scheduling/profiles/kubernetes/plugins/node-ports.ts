/** NodePorts: host ports of the pod must be free on the node. */
import { unschedulable, type Plugin } from '../plugin.ts'

export const nodePorts: Plugin = {
  name: 'NodePorts',
  preFilter: ({ ports }) =>
    ports.length === 0
      ? null
      : {
          filter: (node) => (node.conflicts(ports) ? unschedulable("node(s) didn't have free ports for the requested pod ports") : null),
        },
}
