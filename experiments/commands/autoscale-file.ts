/** The file of `orchsim explain autoscale`: the manifest of an autoscaler, and what it observes. */
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { pathText, readSource, show, type Issue, type Problem, type Source } from '../file/document.ts'
import { parseSourceAs } from '../file/parse-shape.ts'
import { cpu, duration, flag, isMap, list, memory, number, oneOf, section, share, whole } from '../file/quantities.ts'
import { readAutoscaler, type AutoscalerManifest } from './autoscale-manifest.ts'

const values = (what: string) =>
  z.unknown().transform((given, context): ReadonlyMap<string, number> => {
    if (isMap(given) && Object.values(given).every((value) => typeof value === 'number' && Number.isFinite(value)))
      return new Map(Object.entries(given as Record<string, number>))
    context.issues.push({ code: 'custom', message: `found ${show(given)}; accepted: a map from ${what} to numbers`, input: given })
    return z.NEVER
  })

const resources = section('amounts', { cpu: cpu().optional(), memory: memory().optional() })

const pods = section('pods', {
  count: whole({ min: 1, max: 1_000_000 }).prefault(1).describe('pods that are alike'),
  used: resources.prefault({}).describe('CPU and memory of one; absent: no sample'),
  request: resources.prefault({}).describe('what one requests'),
  metrics: values('names of Pods metrics').prefault({}).describe('values of one'),
  phase: oneOf(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']).prefault('Running'),
  terminating: flag().prefault(false),
  ready: flag().prefault(true),
  started: duration().prefault('1h').describe('time since its start'),
  readySince: duration().optional().describe('time since it became ready, or not ready; default: since its start'),
  sampled: duration().prefault(0).describe('age of the sample'),
  window: duration().prefault('30s').describe('interval that the sample averages over'),
})

const observation = section('an observation', {
  at: duration().describe('time of the decision; rising'),
  replicas: whole({ min: 0, max: 1_000_000 }).optional().describe('present size; default: what was decided before'),
  ready: whole({ min: 0, max: 1_000_000 }).optional().describe('ready pods; default: those of pods, or the replicas'),
  pods: list('pods, such as { count: 3, used: { cpu: 450m }, request: { cpu: 500m } }', pods).prefault([]),
  metrics: values('names of metrics').prefault({}).describe('values of Object and External metrics, of triggers and of requests'),
  outOfMemory: memory().optional().describe('a container was killed that requested this much'),
})

/** What is observed at one decision, times in µs, CPU in millicores, memory in bytes. */
export type Observation = z.infer<typeof observation>
export type ObservedPods = Observation['pods'][number]

const shape = {
  manifest: z
    .string({ error: 'the file of a HorizontalPodAutoscaler, ScaledObject, PodAutoscaler or VerticalPodAutoscaler' })
    .describe('file with the manifest'),
  replicas: whole({ min: 0, max: 1_000_000 }).prefault(1).describe('size before the first decision'),
  tolerance: share({ min: 0, max: 1 }).prefault('10%').describe('of the controller manager, as the keys below'),
  downscaleStabilization: duration().prefault('300s'),
  cpuInitialization: duration().prefault('300s'),
  initialReadinessDelay: duration().prefault('30s'),
  targetBurstCapacity: number({ min: -1, max: 1e9 }).prefault(211).describe('Knative: target-burst-capacity'),
  observations: list('observations, such as { at: 15s, pods: [...] }', observation).min(1, 'found an empty list; accepted: at least one'),
} as const

/** A file without problems. */
export type AutoscaleScript = { readonly [K in Exclude<keyof typeof shape, 'manifest'>]: z.infer<(typeof shape)[K]> } & {
  readonly manifest: AutoscalerManifest
}

/** Reads the file and the manifest that it names; every problem at once. */
export function readAutoscaleScript(file: string): { readonly script: AutoscaleScript } | { readonly problems: readonly Problem[] } {
  const read = readSource(file)
  if ('problems' in read) return read
  const parsed = parseSourceAs(shape, read.source)
  if ('problems' in parsed) return parsed
  const issues = timeIssues(parsed.data.observations)
  if (issues.length > 0) return { problems: placed(read.source, issues) }
  const manifest = readAutoscaler(resolve(dirname(file), parsed.data.manifest))
  return 'problems' in manifest ? manifest : { script: { ...parsed.data, manifest } }
}

function timeIssues(observations: readonly Observation[]): Issue[] {
  return observations.flatMap(({ at }, i): Issue[] =>
    i > 0 && at <= observations[i - 1].at
      ? [{ path: ['observations', i, 'at'], message: 'found a time that is not after the one above; accepted: rising times' }]
      : [],
  )
}

const placed = (source: Source, issues: readonly Issue[]): Problem[] =>
  issues.map(({ path, message }) => ({ place: source.place(path), path: pathText(source.data, path), message }))
