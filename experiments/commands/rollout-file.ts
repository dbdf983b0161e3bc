/** The file that `orchsim explain rollout` reads: a workload, its versions, and what is done to it. */
import type { z } from 'zod'
import { suggestion, type ControllerSpec, type RolloutAction, type RolloutInput } from '../../sim/index.ts'
import { readSource, show, type Issue, type Problem, pathText } from '../file/document.ts'
import { parseSourceAs } from '../file/parse-shape.ts'
import { duration, flag, forms, isMap, list, name, oneOf, positiveTime, section, whole } from '../file/quantities.ts'
import { revive } from '../file/orchestration-spec.ts'
import { controllerOf, isPerNode } from '../file/resolve-orchestration.ts'
import { controller, type ControllerData } from '../file/schema/controllers.ts'

const NEVER = 'never'

const ready = forms<number>({ never: oneOf([NEVER]).transform(() => Infinity), time: duration() }, (value) =>
  value === NEVER ? 'never' : 'time',
)

const version = section('a version', {
  name: name(),
  ready: ready.prefault('10s').describe('time from the creation of a pod until it is ready, or never'),
  stop: duration().prefault('5s').describe('time from the deletion of a pod until it is gone'),
  fails: duration().optional().describe('of Swarm, ECS and Marathon: time from the start of a task until it fails; default: it does not'),
})

const at = duration().describe('time after the start')

type ActionData = { readonly at: number } & (
  { readonly version: string } | { readonly scale: number } | { readonly act: 'pause' | 'resume' | 'undo' | 'restart' }
)

const action = forms<ActionData>(
  {
    version: section('an action', { at, version: name() }),
    scale: section('an action', { at, scale: whole({ min: 0, max: 1_000_000 }) }),
    act: section('an action', { at, act: oneOf(['pause', 'resume', 'undo', 'restart']) }),
  },
  (value) => {
    const found = isMap(value) ? ['version', 'scale', 'act'].filter((key) => key in value) : []
    if (found.length === 1) return found[0]
    return { wrong: `found ${show(value)}; accepted: a map with at and one of version, scale, act (pause, resume, undo, restart)` }
  },
)

const shape = {
  /** Of a controller with one pod per node: the nodes. */
  replicas: whole({ min: 0, max: 100_000 }).prefault(1),
  controller: controller.prefault('deployment'),
  paused: flag().prefault(false),
  versions: list('versions', version).min(1, 'found an empty list; accepted: at least the version of the start'),
  actions: list('actions', action).prefault([]),
  until: positiveTime().prefault('1h'),
} as const

type RolloutData = { [K in keyof typeof shape]: z.infer<(typeof shape)[K]> }

/** The rollout of a file, or all problems of the file. */
export function readRollout(file: string): { readonly input: RolloutInput } | { readonly problems: readonly Problem[] } {
  const read = readSource(file)
  if ('problems' in read) return read
  const parsed = parseSourceAs(shape, read.source)
  if ('problems' in parsed) return parsed
  const issues = problemsOf(parsed.data)
  if (issues.length > 0) {
    return {
      problems: issues.map(({ path, message }) => ({ place: read.source.place(path), path: pathText(read.source.data, path), message })),
    }
  }
  return { input: inputOf(parsed.data) }
}

/** Whether pods are started again in place, so that no version of theirs fails as a whole. */
const restartsInPlace = (kind: ControllerData['kind']): boolean => kind === 'deployment' || kind === 'stateful-set' || kind === 'daemon-set'

function problemsOf({ controller: given, versions, actions, paused }: RolloutData): Issue[] {
  const names = versions.map((one) => one.name)
  const { kind } = given
  const issues: Issue[] = []
  if (kind !== 'deployment' && paused)
    issues.push({ path: ['paused'], message: `found true, but a ${kind} cannot be paused; accepted: false` })
  versions.forEach((one, i) => {
    if (names.indexOf(one.name) < i)
      issues.push({ path: ['versions', i, 'name'], message: `found a second version "${one.name}"; accepted: each name once` })
    if (one.fails !== undefined && restartsInPlace(kind))
      issues.push({
        path: ['versions', i, 'fails'],
        message: `found a time, but containers of a ${kind} are started again in their pods; accepted: ready: never`,
      })
  })
  actions.forEach((one, i) => {
    if ('version' in one && !names.includes(one.version))
      issues.push({
        path: ['actions', i, 'version'],
        message: `found the unknown version "${one.version}"; accepted: ${names.join(', ')}${suggestion(one.version, names)}`,
      })
    if ('act' in one && kind !== 'deployment' && (one.act === 'pause' || one.act === 'resume'))
      issues.push({
        path: ['actions', i, 'act'],
        message: `found ${one.act}, but a ${kind} cannot be paused; accepted: undo, restart`,
      })
    if ('scale' in one && isPerNode(given))
      issues.push({
        path: ['actions', i, 'scale'],
        message: `found ${one.scale}, but this ${kind} has one pod on each node; accepted: version, act: undo or restart`,
      })
  })
  return issues
}

function inputOf({ replicas, controller: kind, versions, actions, paused, until }: RolloutData): RolloutInput {
  const names = versions.map((one) => one.name)
  return {
    workload: workloadOf(kind, replicas, paused),
    versions: versions.map(({ fails, ...one }) => (fails === undefined ? one : { ...one, fails })),
    actions: actions.map((one): RolloutAction => {
      if ('version' in one) return { at: one.at, kind: 'template', template: names.indexOf(one.version) }
      if ('scale' in one) return { at: one.at, kind: 'scale', replicas: one.scale }
      return { at: one.at, kind: one.act }
    }),
    until,
  }
}

function workloadOf(given: ControllerData, replicas: number, paused: boolean): RolloutInput['workload'] {
  const spec = revive(controllerOf(given)) as ControllerSpec
  switch (spec.kind) {
    case 'deployment':
      return { ...spec, kind: 'Deployment', replicas, paused }
    case 'stateful-set':
      return { ...spec, kind: 'StatefulSet', replicas, start: 0 }
    case 'daemon-set':
      return { ...spec, kind: 'DaemonSet', nodes: replicas }
    case 'swarm-service':
      return { ...spec, kind: 'SwarmService', replicas }
    case 'ecs-service':
      return { ...spec, kind: 'EcsService', replicas }
    case 'marathon-app':
      return { ...spec, kind: 'MarathonApp', replicas }
  }
}
