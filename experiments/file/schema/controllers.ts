/** Controllers, versions and budgets of services, and the delays of controllers. */
import { z } from 'zod'
import { show } from '../document.ts'
import { FOREIGN_KINDS, type ForeignControllerData } from './orchestrators.ts'
import { containerKeys } from './containers.ts'
import { cpu, duration, flag, forms, isMap, memory, name, number, oneOf, positiveTime, section, share, whole } from '../quantities.ts'

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
  revisionHistory: whole({ min: 0, max: 10_000 }).prefault(10).describe('old ReplicaSets that are kept; default 10'),
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
  maxUnavailable: podCount()
    .optional()
    .describe(
      'pods that an update may have unavailable at once, percentages rounded down, at least 1; default: one after another, as without the feature gate MaxUnavailableStatefulSet',
    ),
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
  | ForeignControllerData

const KINDS = { deployment, 'stateful-set': statefulSet, 'daemon-set': daemonSet, ...FOREIGN_KINDS } as const
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
  pullFails: flag().prefault(false).describe('true: its image cannot be pulled'),
  crashAfter: duration().optional().describe('time from each start of the process to its exit with an error; default: it does not exit'),
  slowness: number({ min: 0.001, max: 1000 }).prefault(1).describe('CPU work of a request relative to the work of the service'),
  errors: share({ min: 0, max: 1 }).prefault('0%').describe('share of requests that it answers with an error'),
  ...containerKeys,
})

/** A version as the file gives it. */
export type VersionData = z.infer<typeof version>

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
