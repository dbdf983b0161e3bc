/** Manifests of autoscalers: a HorizontalPodAutoscaler, KEDA's ScaledObject, Knative's PodAutoscaler, a VerticalPodAutoscaler. */
import { z } from 'zod'
import { readManifests, type Autoscaler } from '../../workloads/index.ts'
import { pathText, readSource, show, valueAt, type Path, type Problem, type Source } from '../file/document.ts'
import { cpu, memory } from '../file/quantities.ts'

/** One trigger of a ScaledObject. */
export interface Trigger {
  /** Its name, or its type and place: what an observation calls its value. */
  readonly name: string
  readonly target: number
  readonly activation: number
}

/** A ScaledObject; times in µs. */
export interface ScaledObject {
  readonly kind: 'ScaledObject'
  readonly min: number
  readonly max: number
  readonly polling: number
  readonly cooldown: number
  readonly triggers: readonly Trigger[]
}

/** A PodAutoscaler of Knative, or a Service with its annotations. */
export interface KnativeAutoscaler {
  readonly kind: 'PodAutoscaler'
  readonly metric: 'concurrency' | 'rps'
  /** Annotations `autoscaling.knative.dev/...` by their last part. */
  readonly annotations: ReadonlyMap<string, string>
  /** Requests that a container takes at once; 0: no limit. */
  readonly concurrency: number
}

/** A VerticalPodAutoscaler: bounds of its first container policy [millicores, bytes]; 0: none. */
export interface VerticalAutoscaler {
  readonly kind: 'VerticalPodAutoscaler'
  readonly minAllowed: { readonly cpu: number; readonly memory: number }
  readonly maxAllowed: { readonly cpu: number; readonly memory: number }
}

export type AutoscalerManifest =
  ({ readonly kind: 'HorizontalPodAutoscaler' } & Autoscaler) | ScaledObject | KnativeAutoscaler | VerticalAutoscaler

type Read = AutoscalerManifest | { readonly problems: readonly Problem[] }

const READERS: Readonly<Record<string, (source: Source) => Read>> = {
  HorizontalPodAutoscaler: horizontal,
  ScaledObject: scaledObject,
  PodAutoscaler: knative,
  VerticalPodAutoscaler: vertical,
}

/** Reads a file with one manifest. */
export function readAutoscaler(file: string): Read {
  const read = readSource(file)
  if ('problems' in read) return read
  const { source } = read
  const kind = source.data['kind']
  const reader = typeof kind === 'string' ? READERS[kind] : undefined
  if (reader !== undefined) return reader(source)
  const accepted = `accepted: ${Object.keys(READERS).join(', ')}`
  return problem(source, ['kind'], `found ${show(kind)}; ${accepted}`)
}

const problem = (source: Source, path: Path, message: string): { readonly problems: readonly Problem[] } => ({
  problems: [{ place: source.place(path), path: pathText(source.data, path), message }],
})

function horizontal(source: Source): Read {
  const { manifests, problems } = readManifests([source.file])
  const errors = problems.filter(({ severity, path }) => severity === 'error' && !path.startsWith('spec.scaleTargetRef'))
  if (errors.length > 0) return { problems: errors.map(({ place, path, message }) => ({ place, path, message })) }
  return { ...manifests.autoscalers[0], kind: 'HorizontalPodAutoscaler' }
}

const count = z.int().min(0).max(1_000_000)
const seconds = z.number().min(0).max(1e9)

const SCALED_OBJECT = z.looseObject({
  minReplicaCount: count.default(0),
  maxReplicaCount: count.default(100),
  pollingInterval: seconds.default(30),
  cooldownPeriod: seconds.default(300),
  triggers: z.array(
    z.looseObject({ type: z.string(), name: z.string().optional(), metadata: z.record(z.string(), z.union([z.string(), z.number()])) }),
  ),
})

/** Keys of `metadata` that hold the target of a scaler, by KEDA's documentation. */
const TARGETS = ['threshold', 'targetValue', 'queueLength', 'value', 'lagThreshold', 'targetQueryValue', 'listLength', 'desiredReplicas']

function scaledObject(source: Source): Read {
  const spec = parsed(source, SCALED_OBJECT, ['spec'])
  if ('problems' in spec) return spec
  const { minReplicaCount, maxReplicaCount, pollingInterval, cooldownPeriod, triggers } = spec.data
  if (triggers.length === 0) return problem(source, ['spec', 'triggers'], 'found no triggers; accepted: at least one')
  const read: Trigger[] = []
  for (const [i, { type, name, metadata }] of triggers.entries()) {
    const key = TARGETS.find((one) => one in metadata)
    const target = Number(metadata[key ?? ''])
    if (key === undefined || !(target > 0))
      return problem(
        source,
        ['spec', 'triggers', i, 'metadata'],
        `found ${show(metadata)}; accepted: a target above 0 in one of ${TARGETS.join(', ')}`,
      )
    const activation = Object.entries(metadata).find(([one]) => one.startsWith('activation'))?.[1] ?? 0
    read.push({ name: name ?? `${type}-${i}`, target, activation: Number(activation) })
  }
  return {
    kind: 'ScaledObject',
    min: minReplicaCount,
    max: maxReplicaCount,
    polling: pollingInterval * 1e6,
    cooldown: cooldownPeriod * 1e6,
    triggers: read,
  }
}

const ANNOTATION = 'autoscaling.knative.dev/'

function knative(source: Source): Read {
  const given = valueAt(source.data, ['metadata', 'annotations'])
  const annotations = new Map(
    Object.entries((given ?? {}) as Record<string, unknown>).flatMap(([key, value]): [string, string][] =>
      key.startsWith(ANNOTATION) ? [[key.slice(ANNOTATION.length), String(value)]] : [],
    ),
  )
  const metric = annotations.get('metric') ?? 'concurrency'
  if (metric !== 'concurrency' && metric !== 'rps')
    return problem(source, ['metadata', 'annotations', `${ANNOTATION}metric`], `found ${show(metric)}; accepted: concurrency, rps`)
  for (const [key, value] of annotations)
    if (NUMBERS.includes(key) && !(Number(value) >= 0) && key !== 'target-burst-capacity')
      return problem(source, ['metadata', 'annotations', `${ANNOTATION}${key}`], `found ${show(value)}; accepted: a number from 0`)
  const concurrency = Number(valueAt(source.data, ['spec', 'containerConcurrency']) ?? 0)
  return { kind: 'PodAutoscaler', metric, annotations, concurrency }
}

const NUMBERS = [
  'target',
  'target-utilization-percentage',
  'panic-window-percentage',
  'panic-threshold-percentage',
  'target-burst-capacity',
  'activation-scale',
  'min-scale',
  'max-scale',
]

const ALLOWED = z.looseObject({ cpu: cpu().optional(), memory: memory().optional() })

const VERTICAL = z.looseObject({
  resourcePolicy: z
    .looseObject({
      containerPolicies: z.array(z.looseObject({ minAllowed: ALLOWED.optional(), maxAllowed: ALLOWED.optional() })).default([]),
    })
    .default({ containerPolicies: [] }),
})

function vertical(source: Source): Read {
  const spec = parsed(source, VERTICAL, ['spec'])
  if ('problems' in spec) return spec
  const [policy] = spec.data.resourcePolicy.containerPolicies
  const amounts = (given: { cpu?: number | undefined; memory?: number | undefined } | undefined) => ({
    cpu: given?.cpu ?? 0,
    memory: given?.memory ?? 0,
  })
  return { kind: 'VerticalPodAutoscaler', minAllowed: amounts(policy?.minAllowed), maxAllowed: amounts(policy?.maxAllowed) }
}

function parsed<S extends z.ZodType>(
  source: Source,
  schema: S,
  path: Path,
): { readonly data: z.infer<S> } | { readonly problems: readonly Problem[] } {
  const result = schema.safeParse(valueAt(source.data, path))
  if (result.success) return { data: result.data }
  return {
    problems: result.error.issues.map((issue) => {
      const at = [...path, ...(issue.path as (string | number)[])]
      const found = `found ${show(valueAt(source.data, at))}; accepted: ${issue.message}`
      return {
        place: source.place(at),
        path: pathText(source.data, at),
        message: issue.message.startsWith('found ') ? issue.message : found,
      }
    }),
  }
}
