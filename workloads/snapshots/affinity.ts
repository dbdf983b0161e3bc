/** Affinity, tolerations and topology spread constraints of a pod. */
import type {
  KubeAffinity,
  KubeNodeSelectorTerm,
  KubePodAffinity,
  KubePodAffinityTerm,
  KubeSpreadConstraint,
  KubeToleration,
} from '../../sim/index.ts'
import type { JsonPart } from '../traces/document.ts'
import { listOf, nodeRequirement, oneOf, optional, selectorOf, textOf, wholeOf } from './parts.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Effects of taints. */
export const effectOf = (part: JsonPart): (typeof EFFECTS)[number] => oneOf(part, EFFECTS)

/** A toleration. */
export const tolerationOf = (part: JsonPart): KubeToleration => ({
  key: textOf(part.at('key')),
  operator: textOf(part.at('operator')) === '' ? 'Equal' : oneOf(part.at('operator'), ['Equal', 'Exists'] as const),
  value: textOf(part.at('value')),
  effect: textOf(part.at('effect')) === '' ? '' : effectOf(part.at('effect')),
})

const nodeTerm = (part: JsonPart): KubeNodeSelectorTerm => ({
  matchExpressions: listOf(part.at('matchExpressions'), nodeRequirement),
  matchFields: listOf(part.at('matchFields'), nodeRequirement),
})

/** The terms of a node selector, as in required node affinity and in volumes. */
export const nodeSelectorOf = (part: JsonPart): { readonly nodeSelectorTerms: readonly KubeNodeSelectorTerm[] } => ({
  nodeSelectorTerms: part.at('nodeSelectorTerms').list().map(nodeTerm),
})

function podTerm(part: JsonPart): KubePodAffinityTerm {
  const keys = (name: string): readonly string[] => listOf(part.at(name), textOf)
  return {
    topologyKey: part.at('topologyKey').text(),
    labelSelector: selectorOf(part.at('labelSelector')),
    namespaces: keys('namespaces'),
    namespaceSelector: selectorOf(part.at('namespaceSelector')),
    matchLabelKeys: keys('matchLabelKeys'),
    mismatchLabelKeys: keys('mismatchLabelKeys'),
  }
}

const podAffinityOf = (part: JsonPart): KubePodAffinity => ({
  [REQUIRED]: listOf(part.at(REQUIRED), podTerm),
  [PREFERRED]: listOf(part.at(PREFERRED), (one) => ({
    weight: wholeOf(one.at('weight')),
    podAffinityTerm: podTerm(one.at('podAffinityTerm')),
  })),
})

/** All affinities of a pod. */
export function affinityOf(part: JsonPart): KubeAffinity {
  const nodes = part.at('nodeAffinity')
  return {
    nodeAffinity: optional(nodes, (one) => ({
      [REQUIRED]: optional(one.at(REQUIRED), nodeSelectorOf),
      [PREFERRED]: optional(one.at(PREFERRED), (list) =>
        list.list().map((term) => ({ weight: wholeOf(term.at('weight')), preference: nodeTerm(term.at('preference')) })),
      ),
    })),
    podAffinity: optional(part.at('podAffinity'), podAffinityOf),
    podAntiAffinity: optional(part.at('podAntiAffinity'), podAffinityOf),
  }
}

/** A topology spread constraint. */
export function spreadOf(part: JsonPart): KubeSpreadConstraint {
  const policy = (name: string): 'Honor' | 'Ignore' | null => optional(part.at(name), (one) => oneOf(one, ['Honor', 'Ignore'] as const))
  return {
    maxSkew: part.at('maxSkew').whole(2_147_483_647, 1),
    topologyKey: part.at('topologyKey').text(),
    whenUnsatisfiable: oneOf(part.at('whenUnsatisfiable'), ['DoNotSchedule', 'ScheduleAnyway'] as const),
    labelSelector: selectorOf(part.at('labelSelector')),
    minDomains: optional(part.at('minDomains'), wholeOf),
    nodeAffinityPolicy: policy('nodeAffinityPolicy'),
    nodeTaintsPolicy: policy('nodeTaintsPolicy'),
    matchLabelKeys: listOf(part.at('matchLabelKeys'), textOf),
  }
}
