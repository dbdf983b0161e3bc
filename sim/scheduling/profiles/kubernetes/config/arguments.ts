/** `pluginConfig` of a profile: the arguments of plugins, with the bounds and defaults of Kubernetes 1.34 (pkg/scheduler/apis/config/validation). */
import { suggestion } from '../../../../common/suggestion.ts'
import type { NodeSelectorTerm, PreferredNodeTerm, Requirement, SpreadConstraint } from '../objects.ts'
import type { AddedAffinity } from '../plugins/node-affinity.ts'
import type { ScoringStrategy, ShapePoint, WeightedResource } from '../plugins/node-resources-fit.ts'
import type { ProfileOptions } from '../profile.ts'
import type { Part } from './part.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Arguments by plugin, as options of the profile. */
type Options = Mutable<ProfileOptions>

const READERS: Readonly<Record<string, (args: Part, into: Options) => void>> = {
  NodeResourcesFit: fit,
  NodeResourcesBalancedAllocation: balanced,
  PodTopologySpread: spread,
  InterPodAffinity: podAffinity,
  NodeAffinity: nodeAffinity,
  DefaultPreemption: preemption,
  VolumeBinding: (args) => {
    known(args, ['bindTimeoutSeconds'])
    args.at('bindTimeoutSeconds').whole(0, Number.MAX_SAFE_INTEGER, 600)
  },
}

/** Reads the list; plugins that are not named keep their defaults. */
export function pluginArguments(part: Part): ProfileOptions {
  const options: Options = {}
  const seen = new Set<string>()
  for (const one of part.items('arguments, each { name, args }')) {
    one.keys('arguments', ['name', 'args'])
    const name = one.at('name').text('the name of a plugin')
    const names = Object.keys(READERS)
    if (name === '') continue
    if (seen.has(name)) one.at('name').wrong('arguments of each plugin once', `found ${name} a second time`)
    else if (Object.hasOwn(READERS, name)) READERS[name](one.at('args'), options)
    else one.at('name').wrong(`${names.join(', ')}${suggestion(name, names)}`, `found arguments of ${JSON.stringify(name)}`)
    seen.add(name)
  }
  return options
}

/** Arguments may say what they are: `apiVersion` and `kind`. */
const known = (args: Part, keys: readonly string[]): void => void args.keys('the arguments', ['apiVersion', 'kind', ...keys])

function fit(args: Part, into: Options): void {
  known(args, ['ignoredResources', 'ignoredResourceGroups', 'scoringStrategy'])
  const names = (key: string): string[] =>
    args
      .at(key)
      .items('names')
      .map((one) => one.text('a name'))
  into.ignoredResources = names('ignoredResources')
  into.ignoredResourceGroups = names('ignoredResourceGroups')
  into.ignoredResourceGroups.forEach((name, i) => {
    if (name.includes('/')) args.at('ignoredResourceGroups').at(i).wrong('the part of the name before the slash')
  })
  const strategy = args.at('scoringStrategy')
  if (strategy.missing) return
  strategy.keys('a scoring strategy', ['type', 'resources', 'requestedToCapacityRatio'])
  const type = strategy.at('type').missing
    ? 'LeastAllocated'
    : strategy.at('type').oneOf(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const)
  const listed = resources(strategy.at('resources'), 100)
  const ratio = strategy.at('requestedToCapacityRatio')
  const scoring: Mutable<ScoringStrategy> = { type, resources: listed.length === 0 ? DEFAULT_RESOURCES : listed }
  if (type === 'RequestedToCapacityRatio') scoring.shape = shape(ratio)
  else if (!ratio.missing) ratio.wrong('only with the type RequestedToCapacityRatio', `found requestedToCapacityRatio with ${type}`)
  into.scoringStrategy = scoring
}

const DEFAULT_RESOURCES: readonly WeightedResource[] = ['cpu', 'memory'].map((name) => ({ name, weight: 1 }))

/** Resources with weights; a weight that is absent or 0 is 1. */
function resources(part: Part, most: number): WeightedResource[] {
  const found: WeightedResource[] = []
  for (const one of part.items('resources, each { name, weight }')) {
    one.keys('a resource', ['name', 'weight'])
    const name = one.at('name').text('the name of a resource, such as cpu, memory or nvidia.com/gpu')
    if (found.some((other) => other.name === name)) one.at('name').wrong('each resource once', `found ${name} a second time`)
    const weight = one.at('weight').whole(0, most, 1)
    found.push({ name, weight: weight === 0 ? 1 : weight })
  }
  return found
}

function shape(ratio: Part): ShapePoint[] {
  ratio.keys('requestedToCapacityRatio', ['shape'])
  const part = ratio.at('shape')
  const points = part.items('points, each { utilization, score }').map((one) => {
    one.keys('a point', ['utilization', 'score'])
    return { utilization: one.at('utilization').whole(0, 100, 0), score: one.at('score').whole(0, 10, 0) }
  })
  if (points.length === 0) part.wrong('at least one point { utilization, score }', `found ${part.missing ? 'no shape' : 'no point'}`)
  points.forEach(({ utilization }, i) => {
    if (i > 0 && utilization <= points[i - 1].utilization)
      part
        .at(i)
        .at('utilization')
        .wrong('rising values', `found ${utilization} after ${points[i - 1].utilization}`)
  })
  return points.length === 0 ? [{ utilization: 0, score: 0 }] : points
}

function balanced(args: Part, into: Options): void {
  known(args, ['resources'])
  const listed = resources(args.at('resources'), 1)
  if (listed.length > 0) into.balancedResources = listed.map(({ name }) => name)
}

function spread(args: Part, into: Options): void {
  known(args, ['defaultConstraints', 'defaultingType'])
  const part = args.at('defaultConstraints')
  const constraints = part.items('constraints').map((one) => constraint(one))
  constraints.forEach(({ topologyKey, whenUnsatisfiable }, i) => {
    if (constraints.slice(0, i).some((one) => one.topologyKey === topologyKey && one.whenUnsatisfiable === whenUnsatisfiable))
      part
        .at(i)
        .wrong('each pair of topologyKey and whenUnsatisfiable once', `found ${topologyKey} with ${whenUnsatisfiable} a second time`)
  })
  const type = args.at('defaultingType').missing ? 'System' : args.at('defaultingType').oneOf(['System', 'List'] as const)
  if (type === 'List') into.defaultConstraints = constraints
  else if (constraints.length > 0)
    part.wrong('defaultingType: List with constraints of your own', 'found defaultConstraints with defaultingType System')
}

function constraint(one: Part): SpreadConstraint {
  one.keys('a default constraint', [
    'maxSkew',
    'topologyKey',
    'whenUnsatisfiable',
    'minDomains',
    'nodeAffinityPolicy',
    'nodeTaintsPolicy',
    'labelSelector',
    'matchLabelKeys',
  ])
  for (const key of ['labelSelector', 'matchLabelKeys'])
    if (!one.at(key).missing)
      one.at(key).wrong(`no ${key}: the selector is made from the Services and the owner of each pod`, `found ${key}`)
  if (one.at('maxSkew').missing) one.at('maxSkew').wrong('a whole number of at least 1')
  const policy = (key: string): 'Honor' | 'Ignore' | null => (one.at(key).missing ? null : one.at(key).oneOf(['Honor', 'Ignore'] as const))
  const whenUnsatisfiable = one.at('whenUnsatisfiable').oneOf(['DoNotSchedule', 'ScheduleAnyway'] as const)
  const minDomains = one.at('minDomains')
  if (!minDomains.missing && whenUnsatisfiable === 'ScheduleAnyway')
    minDomains.wrong('only with DoNotSchedule', 'found minDomains with ScheduleAnyway')
  return {
    maxSkew: one.at('maxSkew').whole(1, 2_147_483_647, 1),
    topologyKey: one.at('topologyKey').text('a label of nodes, such as topology.kubernetes.io/zone'),
    whenUnsatisfiable,
    minDomains: minDomains.missing ? null : minDomains.whole(1, 2_147_483_647, 1),
    nodeAffinityPolicy: policy('nodeAffinityPolicy'),
    nodeTaintsPolicy: policy('nodeTaintsPolicy'),
  }
}

function podAffinity(args: Part, into: Options): void {
  known(args, ['hardPodAffinityWeight', 'ignorePreferredTermsOfExistingPods'])
  into.hardPodAffinityWeight = args.at('hardPodAffinityWeight').whole(0, 100, 1)
  into.ignorePreferredTermsOfExistingPods = args.at('ignorePreferredTermsOfExistingPods').flag()
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

function nodeAffinity(args: Part, into: Options): void {
  known(args, ['addedAffinity'])
  const added = args.at('addedAffinity')
  if (added.missing) return
  added.keys('addedAffinity', [REQUIRED, PREFERRED])
  const affinity: Mutable<AddedAffinity> = {}
  const required = added.at(REQUIRED)
  if (!required.missing) {
    required.keys('a node selector', ['nodeSelectorTerms'])
    const terms = required.at('nodeSelectorTerms')
    const list = terms.items('terms').map(term)
    if (list.length === 0) terms.wrong('at least one term', `found ${terms.missing ? 'nothing' : 'no term'}`)
    affinity.required = { nodeSelectorTerms: list }
  }
  const preferred = added.at(PREFERRED)
  if (!preferred.missing)
    affinity.preferred = preferred.items('preferences, each { weight, preference }').map((one): PreferredNodeTerm => {
      one.keys('a preference', ['weight', 'preference'])
      if (one.at('weight').missing) one.at('weight').wrong('a whole number from 1 to 100')
      return { weight: one.at('weight').whole(1, 100, 1), preference: term(one.at('preference')) }
    })
  into.addedAffinity = affinity
}

function term(part: Part): NodeSelectorTerm {
  part.keys('a term', ['matchExpressions', 'matchFields'])
  return {
    matchExpressions: part
      .at('matchExpressions')
      .items('conditions')
      .map((one) => requirement(one, ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'])),
    matchFields: part
      .at('matchFields')
      .items('conditions')
      .map((one) => requirement(one, ['In', 'NotIn'])),
  }
}

function requirement(part: Part, operators: readonly Requirement['operator'][]): Requirement {
  part.keys('a condition', ['key', 'operator', 'values'])
  const operator = part.at('operator').oneOf(operators)
  const values = part
    .at('values')
    .items('texts')
    .map((one) => one.text('a text'))
  const one = operator === 'Gt' || operator === 'Lt'
  const fits = one ? values.length === 1 : operator === 'In' || operator === 'NotIn' ? values.length > 0 : values.length === 0
  const accepted = one ? 'one whole number, as text' : operator === 'In' || operator === 'NotIn' ? 'at least one value' : 'no values'
  if (!fits) part.at('values').wrong(`${accepted} with the operator ${operator}`, `found ${values.length} values`)
  return { key: part.at('key').text('the name of a label'), operator, values }
}

function preemption(args: Part, into: Options): void {
  known(args, ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute'])
  into.minCandidateNodesPercentage = args.at('minCandidateNodesPercentage').whole(0, 100, 10)
  into.minCandidateNodesAbsolute = args.at('minCandidateNodesAbsolute').whole(0, Number.MAX_SAFE_INTEGER, 100)
  if (into.minCandidateNodesPercentage === 0 && into.minCandidateNodesAbsolute === 0)
    args.at('minCandidateNodesAbsolute').wrong('one of the two above 0', 'found 0 for both bounds of the candidates')
}
