/** TaintToleration: taints with NoSchedule and NoExecute that the pod does not tolerate exclude it; those with PreferNoSchedule count against a node. */
import { normalizeByHighest, unresolvable, type Plugin } from '../plugin.ts'
import { untolerated } from '../pod-info.ts'

/** Effects that exclude pods. */
export const EXCLUDING = ['NoSchedule', 'NoExecute']

export const taintToleration: Plugin = {
  name: 'TaintToleration',
  preFilter: ({ tolerations }) => ({
    filter: ({ node }) =>
      untolerated(node.taints, tolerations, EXCLUDING) === undefined ? null : unresolvable('node(s) had untolerated taint(s)'),
  }),
  preScore: ({ tolerations }) => ({
    score: ({ node }) =>
      (node.taints ?? []).filter((taint) => untolerated([taint], tolerations, ['PreferNoSchedule']) !== undefined).length,
    normalize: (scores) => normalizeByHighest(scores, true),
  }),
}
