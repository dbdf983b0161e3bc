/** Where pods may run: selectors, affinity, tolerations, spreading. */
import type * as core from 'kubernetes-types/core/v1.js'
import type { LabelSelector, LabelSelectorRequirement } from 'kubernetes-types/meta/v1.js'
import { READ, uses } from '../fields.ts'
import type { Affinity, Expression, NodeTerm, PodTerm, Selector, SpreadConstraint, Tolerated } from '../model.ts'
import type { Part } from '../part.ts'
import { AFFINITY, POD_TERM, SPREAD, TOLERATION } from './pod-fields.ts'

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const
const NODE_OPERATORS = [...OPERATORS, 'Gt', 'Lt'] as const

/** A label selector; null when it is absent, which selects nothing. */
export function selectorOf(part: Part<LabelSelector | undefined>): Selector | null {
  if (part.missing) return null
  part.only(uses(READ, 'matchExpressions', 'matchLabels'))
  return { labels: part.at('matchLabels').texts(), expressions: expressionsOf(part.at('matchExpressions'), OPERATORS) }
}

function expressionsOf(
  part: Part<readonly (LabelSelectorRequirement | core.NodeSelectorRequirement)[] | undefined>,
  operators: readonly Expression['operator'][],
): Expression[] {
  return part.items().map((item) => {
    item.only(uses(READ, 'key', 'operator', 'values'))
    const key = item.at('key').text() ?? required(item.at('key'), 'the name of a label')
    const operator =
      item.at('operator').oneOf(operators) ??
      (item.at('operator').missing ? item.at('operator').refuse(operators.join(', ')) : undefined) ??
      'Exists'
    const values = item.at('values').list()
    const needsNone = operator === 'Exists' || operator === 'DoesNotExist'
    if (needsNone && values.length > 0) item.at('values').refuse(`no values with the operator ${operator}`)
    if (!needsNone && values.length === 0) item.at('values').refuse(`at least one value with the operator ${operator}`)
    return { key, operator, values }
  })
}

/** Reports that a text is missing, and returns the empty one. */
export function required(part: Part, what: string): string {
  if (part.missing) part.refuse(what)
  return ''
}

/** Node affinity, pod affinity and anti-affinity. */
export function affinityOf(part: Part<core.Affinity | undefined>): Affinity {
  part.only(AFFINITY)
  const node = part.at('nodeAffinity')
  const attract = part.at('podAffinity')
  const repel = part.at('podAntiAffinity')
  for (const one of [node, attract, repel] as Part<core.PodAffinity | undefined>[])
    one.only(uses(READ, 'preferredDuringSchedulingIgnoredDuringExecution', 'requiredDuringSchedulingIgnoredDuringExecution'))
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
  const must = 'requiredDuringSchedulingIgnoredDuringExecution'
  return {
    nodeRequired: node.at(must).at('nodeSelectorTerms').items().map(nodeTermOf),
    nodePreferred: node
      .at(preferred)
      .items()
      .map((item) => ({ weight: weightOf(item.at('weight')), term: nodeTermOf(item.at('preference')) })),
    podRequired: attract.at(must).items().map(podTermOf),
    podPreferred: attract
      .at(preferred)
      .items()
      .map((item) => ({ weight: weightOf(item.at('weight')), term: podTermOf(item.at('podAffinityTerm')) })),
    antiRequired: repel.at(must).items().map(podTermOf),
    antiPreferred: repel
      .at(preferred)
      .items()
      .map((item) => ({ weight: weightOf(item.at('weight')), term: podTermOf(item.at('podAffinityTerm')) })),
  }
}

const weightOf = (part: Part<number>): number => part.whole({ min: 1, max: 100 }) ?? 1

/** Conditions on a node. */
export function nodeTermOf(part: Part<core.NodeSelectorTerm>): NodeTerm {
  part.only(uses(READ, 'matchExpressions', 'matchFields'))
  return {
    labels: expressionsOf(part.at('matchExpressions'), NODE_OPERATORS),
    fields: expressionsOf(part.at('matchFields'), ['In', 'NotIn']),
  }
}

function podTermOf(part: Part<core.PodAffinityTerm>): PodTerm {
  part.only(POD_TERM)
  const topologyKey = part.at('topologyKey')
  return {
    selector: selectorOf(part.at('labelSelector')),
    topologyKey: topologyKey.text() ?? required(topologyKey, 'a label of nodes such as kubernetes.io/hostname'),
    namespaces: part.at('namespaces').list(),
    namespaceSelector: selectorOf(part.at('namespaceSelector')),
  }
}

/** Constraints that spread pods over domains. */
export function spreadOf(part: Part<readonly core.TopologySpreadConstraint[] | undefined>): SpreadConstraint[] {
  return part.items().map((item) => {
    item.only(SPREAD)
    const topologyKey = item.at('topologyKey')
    return {
      topologyKey: topologyKey.text() ?? required(topologyKey, 'a label of nodes such as topology.kubernetes.io/zone'),
      maxSkew: item.at('maxSkew').whole({ min: 1 }) ?? 1,
      whenUnsatisfiable: item.at('whenUnsatisfiable').oneOf(['DoNotSchedule', 'ScheduleAnyway']) ?? 'DoNotSchedule',
      selector: selectorOf(item.at('labelSelector')),
      minDomains: item.at('minDomains').whole({ min: 1 }) ?? 1,
      nodeAffinityPolicy: item.at('nodeAffinityPolicy').oneOf(['Honor', 'Ignore']) ?? 'Honor',
      nodeTaintsPolicy: item.at('nodeTaintsPolicy').oneOf(['Honor', 'Ignore']) ?? 'Ignore',
    }
  })
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const

/** Tolerations of a pod. */
export function tolerationsOf(part: Part<readonly core.Toleration[] | undefined>): Tolerated[] {
  return part.items().map((item) => {
    item.only(TOLERATION)
    const seconds = item.at('tolerationSeconds').whole({ min: -2_147_483_648 })
    const operator = item.at('operator').oneOf(['Equal', 'Exists']) ?? 'Equal'
    const effect = item.at('effect').scalar === '' ? '' : (item.at('effect').oneOf(EFFECTS) ?? '')
    const key = item.at('key').text() ?? ''
    if (key === '' && operator === 'Equal') item.at('operator').refuse('Exists, where key is empty')
    if (seconds !== undefined && effect !== 'NoExecute') item.at('tolerationSeconds').refuse('tolerationSeconds with effect NoExecute')
    return {
      key,
      operator,
      value: item.at('value').text() ?? '',
      effect,
      evictAfter: seconds === undefined ? null : Math.max(0, seconds) * 1_000_000,
    }
  })
}

/** Taints of a node. */
export function taintsOf(
  part: Part<readonly core.Taint[] | undefined>,
): { key: string; value: string; effect: (typeof EFFECTS)[number] }[] {
  return part.items().map((item) => {
    item.only(uses(READ, 'effect', 'key', 'timeAdded', 'value'))
    return {
      key: item.at('key').text() ?? required(item.at('key'), 'a key'),
      value: item.at('value').text() ?? '',
      effect: item.at('effect').oneOf(EFFECTS) ?? 'NoSchedule',
    }
  })
}
