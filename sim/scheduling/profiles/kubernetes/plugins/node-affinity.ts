/** NodeAffinity: nodeSelector and required node affinity select nodes by labels and names; preferred terms add their weights. */
import {
  isEmptyTerm,
  NAME_FIELD,
  requiredNodesMatch,
  selectorMatches,
  termMatches,
} from '../../../../cluster/feasibility/node-selectors.ts'
import type { NodeSelector, NodeSelectorTerm, PreferredNodeTerm } from '../objects.ts'
import { normalizeByHighest, unresolvable, type FilterRun, type Plugin, type Refusal } from '../plugin.ts'
import type { PodInfo } from '../pod-info.ts'

/** Node affinity that the configuration adds to that of every pod. */
export interface AddedAffinity {
  readonly required?: NodeSelector | null
  readonly preferred?: readonly PreferredNodeTerm[] | null
}

const MISMATCH = "node(s) didn't match Pod's node affinity/selector"

/** The plugin with this argument. */
export function nodeAffinity(added: AddedAffinity): Plugin {
  return {
    name: 'NodeAffinity',
    preFilter: (pod) => preFilter(pod, added.required ?? null),
    preScore: ({ pod }) => {
      const own = pod.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
      if (!own && (added.preferred ?? []).length === 0) return null
      const terms = [...(added.preferred ?? []), ...(own ?? [])].filter(({ preference }) => !isEmptyTerm(preference))
      return {
        score: ({ node }) => terms.reduce((sum, { weight, preference }) => sum + (termMatches(preference, node) ? weight : 0), 0),
        normalize: (scores) => normalizeByHighest(scores, false),
      }
    },
  }
}

function preFilter({ pod }: PodInfo, added: NodeSelector | null): FilterRun | Refusal | null {
  const required = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (!required && added === null && Object.keys(pod.nodeSelector ?? {}).length === 0) return null
  const only = required ? namedNodes(required.nodeSelectorTerms) : undefined
  if (only?.size === 0) return unresolvable('pod affinity terms conflict')
  return {
    ...(only === undefined ? {} : { only }),
    filter: ({ node }) => {
      if (added !== null && !selectorMatches(added, node)) return unresolvable("node(s) didn't match scheduler-enforced node affinity")
      return requiredNodesMatch(pod, node) ? null : unresolvable(MISMATCH)
    },
  }
}

/** Nodes that the terms name, where each names some: the names of a term that all its conditions have in common. */
export function namedNodes(terms: readonly NodeSelectorTerm[]): Set<string> | undefined {
  const names = new Set<string>()
  for (const { matchFields } of terms) {
    const lists = (matchFields ?? [])
      .filter(({ key, operator }) => key === NAME_FIELD && operator === 'In')
      .map(({ values }) => values ?? [])
    if (lists.length === 0) return undefined
    for (const name of lists[0]) if (lists.every((list) => list.includes(name))) names.add(name)
  }
  return terms.length === 0 ? undefined : names
}
