/**
 * Which plugins run at which extension point: the defaults, laid over by `plugins` of a profile. Rules as in Kubernetes 1.34, pkg/scheduler/apis/config/v1/default_plugins.go
 * and framework/runtime/framework.go: `multiPoint` stands for every point that a plugin has; a point's own lists win; plugins that a point names
 * although multiPoint has them come first there, plugins that only the point names come last.
 */
import { suggestion } from '../../../../common/suggestion.ts'
import type { Part } from './part.ts'

/** Extension points of a profile, in the order of a cycle. */
const POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const

type Point = (typeof POINTS)[number]

/** A plugin with its weight; 0: none is given. */
interface Entry {
  readonly name: string
  readonly weight: number
}

/** Points of each plugin, in the order in which the defaults run. */
const PLUGINS: Readonly<Record<string, readonly Point[]>> = {
  SchedulingGates: ['preEnqueue'],
  PrioritySort: ['queueSort'],
  NodeUnschedulable: ['filter'],
  NodeName: ['filter'],
  TaintToleration: ['filter', 'preScore', 'score'],
  NodeAffinity: ['preFilter', 'filter', 'preScore', 'score'],
  NodePorts: ['preFilter', 'filter'],
  NodeResourcesFit: ['preFilter', 'filter', 'preScore', 'score'],
  VolumeRestrictions: ['preFilter', 'filter'],
  NodeVolumeLimits: ['preFilter', 'filter'],
  VolumeBinding: ['preFilter', 'filter', 'preScore', 'score', 'reserve', 'preBind'],
  VolumeZone: ['preFilter', 'filter'],
  PodTopologySpread: ['preFilter', 'filter', 'preScore', 'score'],
  InterPodAffinity: ['preFilter', 'filter', 'preScore', 'score'],
  DynamicResources: ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'reserve', 'preBind'],
  DefaultPreemption: ['preEnqueue', 'postFilter'],
  NodeResourcesBalancedAllocation: ['preScore', 'score'],
  ImageLocality: ['score'],
  DefaultBinder: ['bind'],
}

const KNOWN = Object.keys(PLUGINS)
const pointsOf = (name: string): readonly Point[] => (KNOWN.includes(name) ? PLUGINS[name] : [])

const WEIGHTS: Readonly<Record<string, number>> = { TaintToleration: 3, NodeAffinity: 2, PodTopologySpread: 2, InterPodAffinity: 2 }

/** What runs in a profile. */
export interface EnabledPlugins {
  /** In the order in which they run. */
  readonly filters: readonly string[]
  readonly scores: readonly Entry[]
  readonly preempts: boolean
}

interface Lists {
  readonly enabled: readonly Entry[]
  readonly disabled: readonly string[]
}

/** The plugins of a profile; `part` is its key `plugins`, which may be absent. */
export function enabledPlugins(part: Part): EnabledPlugins {
  part.keys('plugins', ['multiPoint', ...POINTS])
  const lists = new Map<Point, Lists>(POINTS.map((point) => [point, listsOf(part.at(point), point)]))
  const multi = merged(
    KNOWN.map((name) => ({ name, weight: WEIGHTS[name] ?? 0 })),
    listsOf(part.at('multiPoint'), null),
  )
  const at = (point: Point): readonly Entry[] =>
    expanded(
      lists.get(point)!,
      multi.filter(({ name }) => pointsOf(name).includes(point)),
    )
  const runs = { filter: at('filter'), score: at('score') }
  const needs = (before: 'preFilter' | 'preScore', point: 'filter' | 'score'): void => {
    const there = new Set(at(before).map(({ name }) => name))
    for (const { name } of runs[point])
      if (pointsOf(name).includes(before) && !there.has(name))
        part
          .at(before)
          .wrong(`both, or neither: its ${point} reads what its ${before} prepares`, `found ${name} without ${before} and with ${point}`)
  }
  needs('preFilter', 'filter')
  needs('preScore', 'score')
  for (const [point, name] of [
    ['queueSort', 'PrioritySort'],
    ['bind', 'DefaultBinder'],
    ['preEnqueue', 'SchedulingGates'],
  ] as const)
    if (!at(point).some((one) => one.name === name))
      part.at(point).wrong(`${name}, the only one that is known`, `found ${point} without ${name}`)
  return {
    filters: runs.filter.map(({ name }) => name),
    scores: runs.score.map(({ name, weight }) => ({ name, weight: weight === 0 ? 1 : weight })),
    preempts: at('postFilter').some(({ name }) => name === 'DefaultPreemption'),
  }
}

/** The lists of a point; null: multiPoint. */
function listsOf(part: Part, point: Point | null): Lists {
  const what = point ?? 'multiPoint'
  part.keys(what, ['enabled', 'disabled'])
  const nameOf = (one: Part, all: readonly string[]): string => {
    const name = one.at('name').text('the name of a plugin')
    if (name !== '' && !all.includes(name))
      one.at('name').wrong(`${all.join(', ')}${suggestion(name, all)}`, `found the unknown plugin ${JSON.stringify(name)}`)
    return name
  }
  const enabled: Entry[] = []
  for (const one of part.at('enabled').items('plugins, each { name, weight }')) {
    one.keys('a plugin', ['name', 'weight'])
    const name = nameOf(one, KNOWN)
    const weight = one.at('weight').whole(0, 2_147_483_647 / 100, 0)
    if (enabled.some((other) => other.name === name)) one.at('name').wrong('each plugin once at a point', `found ${name} a second time`)
    else if (point !== null && KNOWN.includes(name) && !pointsOf(name).includes(point))
      one.at('name').wrong(`a plugin with this point; ${name} has ${pointsOf(name).join(', ')}`, `found ${name}, which has no ${point}`)
    else enabled.push({ name, weight })
  }
  const disabled = part
    .at('disabled')
    .items('plugins, each { name }')
    .map((one) => {
      one.keys('a plugin', ['name'])
      return nameOf(one, [...KNOWN, '*'])
    })
  return { enabled, disabled }
}

/** Defaults without those that are disabled; an enabled one replaces the default in its place, others are added at the end. */
function merged(defaults: readonly Entry[], { enabled, disabled }: Lists): readonly Entry[] {
  const kept = disabled.includes('*') ? [] : defaults.filter(({ name }) => !disabled.includes(name))
  const replaced = kept.map((one) => enabled.find(({ name }) => name === one.name) ?? one)
  return [...replaced, ...enabled.filter(({ name }) => !kept.some((one) => one.name === name))]
}

/** What runs at a point, from its own lists and the plugins of multiPoint that have it. */
function expanded({ enabled, disabled }: Lists, multi: readonly Entry[]): readonly Entry[] {
  if (disabled.includes('*')) return enabled
  const isMulti = ({ name }: Entry): boolean => multi.some((one) => one.name === name)
  const isNamed = ({ name }: Entry): boolean => enabled.some((one) => one.name === name)
  return [
    ...enabled.filter(isMulti),
    ...multi.filter((one) => !disabled.includes(one.name) && !isNamed(one)),
    ...enabled.filter((one) => !isMulti(one)),
  ]
}
