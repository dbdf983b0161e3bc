/** Controllers, versions and budgets of services; actions and faults of a run. */
import { z } from 'zod'
import { show } from '../document.ts'
import { cpu, duration, flag, forms, isMap, list, memory, name, number, oneOf, positiveTime, section, share, whole } from '../quantities.ts'

/** A number of pods, or a percentage that the controller rounds by its own rule. */
const podCount = () =>
  z
    .unknown()
    .transform((value, context): number | string => {
      if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
      if (typeof value === 'string' && /^\d{1,4}%$/.test(value.trim())) return value.trim()
      context.issues.push({
        code: 'custom',
        message: `found ${show(value)}; accepted: a number of pods or a percentage such as 25%`,
        input: value,
      })
      return z.NEVER
    })
    .meta({ type: ['integer', 'string'], examples: [1, '25%'] })

const minReady = duration().prefault(0).describe('time that a pod must be ready before it counts as available; default 0, minReadySeconds')

const deployment = section('a Deployment', {
  strategy: oneOf(['rolling-update', 'recreate'])
    .prefault('rolling-update')
    .describe('replaces pods step by step, or ends all old ones first'),
  maxSurge: podCount().prefault('25%').describe('pods above the replicas during a rolling update, rounded up; default 25%'),
  maxUnavailable: podCount().prefault('25%').describe('pods that may be unavailable during a rolling update, rounded down; default 25%'),
  minReady,
  progressDeadline: forms<number | null>({ off: z.literal('off').transform(() => null), time: positiveTime() }, (value) =>
    value === 'off' ? 'off' : 'time',
  )
    .prefault('600s')
    .describe('time without progress after which a rollout counts as failed, or off; default 600s'),
  revisionHistory: whole({ max: 10_000 }).prefault(10).describe('old ReplicaSets that are kept; default 10'),
  rollback: flag()
    .prefault(false)
    .describe('true: a rollout that exceeds its progress deadline is undone; Kubernetes itself does not, deployment tools do'),
})

const statefulSet = section('a StatefulSet', {
  podManagement: oneOf(['OrderedReady', 'Parallel']).prefault('OrderedReady').describe('one pod after another, or all at once'),
  updateStrategy: oneOf(['RollingUpdate', 'OnDelete'])
    .prefault('RollingUpdate')
    .describe('OnDelete: pods are replaced when someone deletes them'),
  partition: whole().prefault(0).describe('pods with a lower ordinal keep their version'),
  minReady,
})

const daemonSet = section('a DaemonSet', {
  updateStrategy: oneOf(['RollingUpdate', 'OnDelete'])
    .prefault('RollingUpdate')
    .describe('OnDelete: pods are replaced when someone deletes them'),
  maxSurge: podCount().prefault(0).describe('nodes with a new pod beside the old one, rounded up; default 0'),
  maxUnavailable: podCount().prefault(1).describe('nodes without an available pod during an update, rounded up; default 1'),
  minReady,
})

/** A controller as the file gives it. */
export type ControllerData =
  | ({ readonly kind: 'deployment' } & z.infer<typeof deployment>)
  | ({ readonly kind: 'stateful-set' } & z.infer<typeof statefulSet>)
  | ({ readonly kind: 'daemon-set' } & z.infer<typeof daemonSet>)

const KINDS = { deployment, 'stateful-set': statefulSet, 'daemon-set': daemonSet } as const
const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[]

const ofKind = (kind: keyof typeof KINDS) =>
  section(`a ${kind}`, { [kind]: (KINDS[kind] as typeof deployment).prefault({}) }).transform(
    (given): ControllerData => ({ kind, ...(given as Record<string, object>)[kind] }) as ControllerData,
  )

/** `deployment`, or `{ deployment: { maxSurge: 1 } }`. */
export const controller = forms<ControllerData>(
  {
    word: oneOf(kinds).transform((kind): ControllerData => ({ kind, ...KINDS[kind].parse({}) }) as ControllerData),
    ...Object.fromEntries(kinds.map((kind) => [kind, ofKind(kind)])),
  },
  (value) =>
    isMap(value)
      ? (kinds.find((kind) => kind in value) ?? { wrong: `found ${show(value)}; accepted: ${kinds.join(', ')}, or a map with one of them` })
      : 'word',
)

/** A release that an action rolls out; what it does not say is as in the service. */
export const version = section('a version', {
  name: name().describe('by which actions refer to it'),
  cpu: cpu().optional().describe('CPU request; default: that of the service'),
  limit: cpu().optional(),
  memory: memory().optional(),
  pull: duration().optional().describe('image pull on the first start of a pod; default: that of the service'),
  start: duration().optional().describe('start of the process; default: that of the service'),
  ready: flag().prefault(true).describe('false: its readiness probe never succeeds'),
  crashAfter: duration().optional().describe('time from each start of the process to its exit with an error; default: it does not exit'),
  slowness: number({ min: 0.001, max: 1000 }).prefault(1).describe('CPU work of a request relative to the work of the service'),
  errors: share({ min: 0, max: 1 }).prefault('0%').describe('share of requests that it answers with an error'),
})

/** A PodDisruptionBudget. */
export const budget = section('a disruption budget', {
  minAvailable: podCount().optional().describe('pods that must stay available under evictions, percentages rounded up'),
  maxUnavailable: podCount().optional().describe('pods that may be unavailable under evictions, percentages rounded up'),
  unhealthyPods: oneOf(['IfHealthyBudget', 'AlwaysAllow'])
    .prefault('IfHealthyBudget')
    .describe('whether a pod that is not ready may always be evicted'),
}).refine(({ minAvailable, maxUnavailable }) => (minAvailable === undefined) !== (maxUnavailable === undefined), {
  message: 'found both limits or none; accepted: minAvailable or maxUnavailable',
})

/** Nodes of a pool, of a zone, or of the whole cluster. */
const nodes = section('nodes', {
  pool: name().optional().describe('only nodes of this pool'),
  zone: name().optional().describe('only nodes of this zone'),
  nodes: forms<number | null>({ all: z.literal('all').transform(() => null), count: whole({ min: 1 }) }, (value) =>
    value === 'all' ? 'all' : 'count',
  )
    .prefault(1)
    .describe('number of nodes, in order of their creation, or all; default 1'),
})

/** Nodes as the file selects them; null: all. */
export type NodesData = z.infer<typeof nodes>

const at = duration().describe('time after the origin of the run')

/** One action or fault per form, chosen by its key. */
function oneKey<T>(what: string, choices: Readonly<Record<string, z.ZodType<T>>>) {
  const keys = Object.keys(choices)
  return forms<T>(choices, (value) => {
    const found = isMap(value) ? keys.filter((key) => key in value) : []
    return found.length === 1 ? found[0] : { wrong: `found ${show(value)}; accepted: ${what}, a map with at and one of ${keys.join(', ')}` }
  })
}

/** An action as the file gives it: what is done, to which service or nodes. */
export type ActionData =
  | { readonly at: number; readonly kind: 'scale'; readonly service: string; readonly replicas: number }
  | { readonly at: number; readonly kind: 'set-version'; readonly service: string; readonly version: string }
  | { readonly at: number; readonly kind: 'restart' | 'undo' | 'pause' | 'resume'; readonly service: string }
  | { readonly at: number; readonly kind: 'delete-pods'; readonly service: string; readonly count: number }
  | { readonly at: number; readonly kind: 'drain' | 'cordon' | 'uncordon'; readonly nodes: NodesData }

const plain = (kind: 'restart' | 'undo' | 'pause' | 'resume', meaning: string) =>
  section('an action', { at, [kind]: name().describe(meaning) }).transform((given): ActionData => ({
    at: given.at as number,
    kind,
    service: (given as Record<string, string>)[kind],
  }))

const onNodes = (kind: 'drain' | 'cordon' | 'uncordon', meaning: string) =>
  section('an action', { at, [kind]: nodes.describe(meaning) }).transform((given): ActionData => ({
    at: given.at as number,
    kind,
    nodes: (given as unknown as Record<string, NodesData>)[kind],
  }))

const action = oneKey<ActionData>('an action', {
  rollout: section('an action', {
    at,
    rollout: name().describe('service whose pods are replaced by pods of the version'),
    version: name(),
  }).transform(({ rollout, ...rest }): ActionData => ({ kind: 'set-version', service: rollout, ...rest })),
  scale: section('an action', { at, scale: name().describe('service'), replicas: whole({ max: 1_000_000 }) }).transform(
    ({ scale, ...rest }): ActionData => ({ kind: 'scale', service: scale, ...rest }),
  ),
  restart: plain('restart', 'service whose pods are all replaced by pods of the same version'),
  undo: plain('undo', 'service that goes back to the version before'),
  pause: plain('pause', 'service whose rollout stops where it is'),
  resume: plain('resume', 'service whose rollout goes on'),
  deletePods: section('an action', {
    at,
    deletePods: name().describe('service whose oldest pods are deleted'),
    count: whole({ min: 1 }).prefault(1),
  }).transform(({ deletePods, ...rest }): ActionData => ({ kind: 'delete-pods', service: deletePods, ...rest })),
  drain: onNodes('drain', 'nodes that take no further pods and whose pods are evicted, as their disruption budgets allow'),
  cordon: onNodes('cordon', 'nodes that take no further pods'),
  uncordon: onNodes('uncordon', 'cordoned nodes that take pods again'),
})

/** A fault as the file gives it. */
export type FaultData =
  | { readonly at: number; readonly kind: 'node-crash' | 'node-partition'; readonly nodes: NodesData; readonly duration: number | null }
  | { readonly at: number; readonly kind: 'node-loss'; readonly nodes: NodesData }
  | { readonly at: number; readonly kind: 'pod-crash'; readonly service: string; readonly count: number }
  | { readonly at: number; readonly kind: 'controllers-down'; readonly duration: number }

const lasting = (key: 'crash' | 'partition', kind: 'node-crash' | 'node-partition', meaning: string) =>
  section('a fault', {
    at,
    [key]: nodes.describe(meaning),
    for: positiveTime().optional().describe('time until they answer again; default: not before the horizon'),
  }).transform((given): FaultData => {
    const { [key]: selected, for: time } = given as unknown as { readonly [k: string]: NodesData } & { readonly for?: number }
    return { at: given.at as number, kind, nodes: selected, duration: (time as number | undefined) ?? null }
  })

const fault = oneKey<FaultData>('a fault', {
  crash: lasting('crash', 'node-crash', 'nodes whose processes die at once'),
  partition: lasting('partition', 'node-partition', 'nodes that the control plane does not reach, while their pods go on'),
  loss: section('a fault', { at, loss: nodes.describe('nodes that are gone for good') }).transform(({ loss, ...rest }): FaultData => ({
    kind: 'node-loss',
    nodes: loss,
    ...rest,
  })),
  podCrash: section('a fault', {
    at,
    podCrash: name().describe('service whose oldest pods exit with an error'),
    count: whole({ min: 1 }).prefault(1),
  }).transform(({ podCrash, ...rest }): FaultData => ({ kind: 'pod-crash', service: podCrash, ...rest })),
  controllersDown: section('a fault', { at, controllersDown: positiveTime().describe('time for which no controller acts') }).transform(
    ({ controllersDown, ...rest }): FaultData => ({ kind: 'controllers-down', duration: controllersDown, ...rest }),
  ),
})

/** What people do during a run. */
export const actions = list('actions', action)
  .prefault([])
  .describe('what people do at a time: rollout, scale, restart, undo, pause, resume, deletePods, drain, cordon, uncordon')

/** What breaks during a run. */
export const faults = list('faults', fault)
  .prefault([])
  .describe('what breaks at a time: crash, partition or loss of nodes, podCrash, controllersDown')

/** Delays of controllers and of the detection of lost nodes. */
export const controlPlane = section('the control plane', {
  latency: duration()
    .prefault('10ms')
    .describe('from a change of an object to the sync of a controller that sees it; default 10ms: API server and watch'),
  nodeGrace: positiveTime()
    .prefault('50s')
    .describe("silence of a node's kubelet after which it counts as unreachable; default 50s, node-monitor-grace-period"),
})
  .prefault({})
  .describe('delays of the controllers; used where a service has a controller, or with actions or faults')
