/** What people do during a run. */
import type { Taint } from '../../../sim/index.ts'
import {
  cpu,
  duration,
  flag,
  forms,
  isMap,
  labels,
  list,
  memory,
  name,
  number,
  oneOf,
  section,
  share,
  whole,
  words,
} from '../quantities.ts'
import { containerKeys } from './containers.ts'
import { at, count, nodes, oneKey, type NodesData } from './scripted.ts'

type Labels = Readonly<Record<string, string>>
type TaintEffect = Taint['effect']

/** A service by name, or all whose pods have the labels. */
export type PodsData = string | Labels

/** What an apply changes of the pod template: a version to start from, and keys that replace its own. */
export type TemplateData = Readonly<Record<string, unknown>>

/** An action as the file gives it: what is done, to which service, Job, CronJob or nodes. */
export type ActionData =
  | { readonly at: number; readonly kind: 'scale'; readonly service: string; readonly replicas: number }
  | { readonly at: number; readonly kind: 'set-version'; readonly service: string; readonly version: string }
  | { readonly at: number; readonly kind: 'restart' | 'undo' | 'pause' | 'resume'; readonly service: string }
  | { readonly at: number; readonly kind: 'suspend' | 'trigger'; readonly service: string }
  | { readonly at: number; readonly kind: 'apply'; readonly service: string; readonly replicas?: number; readonly template: TemplateData }
  | { readonly at: number; readonly kind: 'delete'; readonly service: string; readonly cascade: 'background' | 'foreground' | 'orphan' }
  | {
      readonly at: number
      readonly kind: 'delete-pods'
      readonly service: PodsData
      readonly count: number | null
      readonly version?: string | undefined
    }
  | { readonly at: number; readonly kind: 'taint'; readonly nodes: NodesData; readonly taint: Taint }
  | { readonly at: number; readonly kind: 'untaint'; readonly nodes: NodesData; readonly key: string; readonly effect?: TaintEffect }
  | { readonly at: number; readonly kind: 'label'; readonly nodes: NodesData; readonly labels: Labels; readonly remove: readonly string[] }
  | { readonly at: number; readonly kind: 'drain' | 'cordon' | 'uncordon' | 'out-of-service'; readonly nodes: NodesData }

const plain = (kind: 'restart' | 'undo' | 'pause' | 'resume', meaning: string) =>
  section('an action', { at, [kind]: name().describe(meaning) }).transform((given): ActionData => ({
    at: given.at as number,
    kind,
    service: (given as Record<string, string>)[kind],
  }))

const onNodes = (kind: 'drain' | 'cordon' | 'uncordon' | 'out-of-service', meaning: string, key: string = kind) =>
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

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const

/** Labels that say where a node is; schedulers read them from the machine. */
const FIXED = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

const notFixed = (key: string): string | null =>
  FIXED.includes(key) ? `found ${key}, which says where the node is and stays; accepted: any other label` : null

const defined = (given: object): TemplateData => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

const pods = forms<PodsData>({ service: name(), labels: labels() }, (value) => (isMap(value) ? 'labels' : 'service'))

const apply = section('an action', {
  at,
  apply: name().describe('service whose manifest is applied again with these changes; a service that was deleted is created'),
  replicas: whole({ min: 0, max: 1_000_000 }).optional().describe('default: the number stays'),
  version: name().optional().describe('version that the keys below start from; default: that of the start'),
  cpu: cpu().optional().describe('CPU request'),
  limit: cpu().optional(),
  memory: memory().optional(),
  pull: duration().optional(),
  start: duration().optional(),
  ready: flag().optional(),
  pullFails: flag().optional(),
  crashAfter: duration().optional(),
  slowness: number({ min: 0.001, max: 1000 }).optional(),
  errors: share({ min: 0, max: 1 }).optional(),
  ...containerKeys,
}).transform(({ at: time, apply: service, replicas, ...template }): ActionData => ({
  at: time,
  kind: 'apply',
  service,
  ...(replicas === undefined ? {} : { replicas }),
  template: defined(template),
}))

const label = section('an action', {
  at,
  label: nodes.describe('nodes whose labels change'),
  set: labels().prefault({}).describe('labels that they get'),
  remove: list('labels', words()).prefault([]).describe('labels that they lose'),
})
  .superRefine(({ set, remove }, context) => {
    if (Object.keys(set).length + remove.length === 0)
      context.addIssue({ code: 'custom', message: 'found neither set nor remove; accepted: at least one of them' })
    for (const [key, path] of [...Object.keys(set).map((one) => [one, 'set']), ...remove.map((one) => [one, 'remove'])]) {
      const message = notFixed(key)
      if (message !== null) context.addIssue({ code: 'custom', path: [path], message })
    }
  })
  .transform(({ at: time, label: chosen, set, remove }): ActionData => ({ at: time, kind: 'label', nodes: chosen, labels: set, remove }))

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
    deletePods: pods.describe('service whose oldest pods are deleted, or labels of pods such as { app: web }'),
    version: name().optional().describe('only pods of this version'),
    count: count.prefault(1).describe('number of pods of each service, or all; default 1'),
  }).transform(({ deletePods, ...rest }): ActionData => ({ kind: 'delete-pods', service: deletePods, ...rest })),
  apply,
  delete: section('an action', {
    at,
    delete: name().describe('service whose Deployment, StatefulSet or DaemonSet is deleted'),
    cascade: oneOf(['background', 'foreground', 'orphan'])
      .prefault('background')
      .describe(
        'background: the garbage collector deletes its pods after it; foreground: it exists until its last pod has ended, and an apply before that has no effect; orphan: ReplicaSets and pods stay',
      ),
  }).transform(({ delete: service, ...rest }): ActionData => ({ kind: 'delete', service, ...rest })),
  taint: section('an action', {
    at,
    taint: nodes.describe('nodes that get a taint'),
    key: words(),
    value: words().prefault(''),
    effect: oneOf(EFFECTS).describe('NoExecute evicts pods that do not tolerate it'),
  }).transform(({ at: time, taint, key, value, effect }): ActionData => ({
    at: time,
    kind: 'taint',
    nodes: taint,
    taint: { key, value, effect },
  })),
  untaint: section('an action', {
    at,
    untaint: nodes.describe('nodes that lose a taint'),
    key: words(),
    effect: oneOf(EFFECTS).optional().describe('default: all effects of the key'),
  }).transform(({ at: time, untaint, key, effect }): ActionData => ({
    at: time,
    kind: 'untaint',
    nodes: untaint,
    key,
    ...(effect === undefined ? {} : { effect }),
  })),
  label,
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
    'what people do at a time: rollout, scale, restart, undo, pause, resume, suspend, trigger, apply, delete, deletePods, taint, untaint, label, drain, cordon, uncordon, outOfService',
  )
