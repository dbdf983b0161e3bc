/** What people do during a run. */
import { list, name, section, whole } from '../quantities.ts'
import { at, nodes, oneKey, type NodesData } from './scripted.ts'

/** An action as the file gives it: what is done, to which service, Job, CronJob or nodes. */
export type ActionData =
  | { readonly at: number; readonly kind: 'scale'; readonly service: string; readonly replicas: number }
  | { readonly at: number; readonly kind: 'set-version'; readonly service: string; readonly version: string }
  | { readonly at: number; readonly kind: 'restart' | 'undo' | 'pause' | 'resume'; readonly service: string }
  | { readonly at: number; readonly kind: 'suspend' | 'trigger'; readonly service: string }
  | { readonly at: number; readonly kind: 'delete-pods'; readonly service: string; readonly count: number }
  | { readonly at: number; readonly kind: 'drain' | 'cordon' | 'uncordon' | 'out-of-service'; readonly nodes: NodesData }

const plain = (kind: 'restart' | 'undo' | 'pause' | 'resume', meaning: string) =>
  section('an action', { at, [kind]: name().describe(meaning) }).transform((given): ActionData => ({
    at: given.at as number,
    kind,
    service: (given as Record<string, string>)[kind],
  }))

const onNodes = (kind: Extract<ActionData, { nodes: NodesData }>['kind'], meaning: string, key: string = kind) =>
  section('an action', { at, [key]: nodes.describe(meaning) }).transform((given): ActionData => ({
    at: given.at as number,
    kind,
    nodes: (given as unknown as Record<string, NodesData>)[key],
  }))

const onBatch = (kind: 'suspend' | 'trigger', meaning: string) =>
  section('an action', { at, [kind]: name().describe(meaning) }).transform((given): ActionData => ({
    at: given.at as number,
    kind,
    service: (given as Record<string, string>)[kind],
  }))

const action = oneKey<ActionData>('an action, a map with at', {
  rollout: section('an action', {
    at,
    rollout: name().describe('service whose pods are replaced by pods of the version, or CronJob whose next Jobs have it'),
    version: name(),
  }).transform(({ rollout, ...rest }): ActionData => ({ kind: 'set-version', service: rollout, ...rest })),
  scale: section('an action', {
    at,
    scale: name().describe('service, or Job whose parallelism it is'),
    replicas: whole({ min: 0, max: 1_000_000 }),
  }).transform(({ scale, ...rest }): ActionData => ({ kind: 'scale', service: scale, ...rest })),
  restart: plain('restart', 'service whose pods are all replaced by pods of the same version'),
  undo: plain('undo', 'service that goes back to the version before'),
  pause: plain('pause', 'service whose rollout stops where it is'),
  resume: plain('resume', 'service whose rollout goes on, or Job or CronJob that is no longer suspended'),
  suspend: onBatch('suspend', 'Job whose pods are deleted until it is resumed, or CronJob that starts no Jobs meanwhile'),
  trigger: onBatch('trigger', 'CronJob that starts a Job now, as kubectl create job --from does'),
  deletePods: section('an action', {
    at,
    deletePods: name().describe('service whose oldest pods are deleted'),
    count: whole({ min: 1 }).prefault(1),
  }).transform(({ deletePods, ...rest }): ActionData => ({ kind: 'delete-pods', service: deletePods, ...rest })),
  drain: onNodes('drain', 'nodes that take no further pods and whose pods are evicted, as their disruption budgets allow'),
  cordon: onNodes('cordon', 'nodes that take no further pods'),
  uncordon: onNodes('uncordon', 'cordoned nodes that take pods again'),
  outOfService: onNodes(
    'out-of-service',
    'nodes that do not answer and are known to be down: their pods are removed within 20 s, and their volumes are detached at once',
    'outOfService',
  ),
})

/** What people do during a run. */
export const actions = list('actions', action)
  .prefault([])
  .describe(
    'what people do at a time: rollout, scale, restart, undo, pause, resume, suspend, trigger, deletePods, drain, cordon, uncordon, outOfService',
  )
