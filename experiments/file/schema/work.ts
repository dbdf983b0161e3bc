/** The work of a request in the experiment file: distributions of wait and CPU work, a published preset, or steps, some of which call other services. */
import { z } from 'zod'
import { workOf, workPresets, type WorkSpec } from '../../../workloads/index.ts'
import type { Selection } from '../../../sim/index.ts'
import { duration, flag, forms, isMap, list, name, number, oneOf, positiveTime, section, share, whole, words } from '../quantities.ts'
import type { LoadedFiles } from '../loaded-files.ts'
import { selectionSchema } from '../selection.ts'
import { distribution } from './distribution.ts'
import { hedge } from './hedge.ts'
import { tokens, type TokensData } from './inference.ts'
import { retries } from './retries.ts'

const own = section('the work of a request', {
  wait: distribution().prefault('0s').describe('time in the pod in which the request holds a thread and uses no CPU'),
  cpu: distribution().describe('CPU work on one core'),
  correlation: number({ min: -1, max: 1 })
    .optional()
    .describe("Spearman's rank correlation of wait and CPU work, by a Gaussian copula; default: 0"),
}).transform(({ wait, cpu, correlation }): WorkSpec => ({ wait, cpu, ...(correlation === undefined ? {} : { correlation }) }))

const published = section('the work of a preset', {
  preset: oneOf(workPresets.map(({ name }) => name)).describe('a published workload'),
  cpuPerUnit: positiveTime().optional().describe("CPU work per unit of the preset's amount (KiB, prompt token, second); or mean"),
  mean: positiveTime().optional().describe('scales the CPU work to this mean'),
  waitPerUnit: duration().optional().describe('wait per unit (output token), for presets that wait'),
}).transform(({ preset: name, cpuPerUnit, mean, waitPerUnit }, context): WorkSpec => {
  const refuse = (key: string, message: string): never => {
    context.issues.push({ code: 'custom', message, path: [key], input: name })
    return z.NEVER
  }
  const preset = workPresets.find((one) => one.name === name)
  if (preset === undefined) return z.NEVER
  if (cpuPerUnit !== undefined && mean !== undefined) return refuse('mean', 'found both mean and cpuPerUnit; accepted: one of the two')
  if (waitPerUnit !== undefined && preset.wait === null)
    return refuse(
      'waitPerUnit',
      `found waitPerUnit, but ${name} has no wait; accepted: a preset with a wait, ${workPresets
        .filter(({ wait }) => wait !== null)
        .map((one) => one.name)
        .join(', ')}`,
    )
  return workOf(preset, { cpuPerUnit, cpuMean: mean, waitPerUnit })
})

/** Wait and CPU work of a request or of one step of it, drawn or by a preset. */
export const work = forms<WorkSpec>({ own, published }, (value) => (isMap(value) && 'preset' in value ? 'published' : 'own'))

/** A balancer of its own; undefined when the key is absent. */
export const ownBalancer = (loaded: LoadedFiles) =>
  forms<Selection>({ chosen: selectionSchema('slb', loaded, {}) }, () => 'chosen').optional()

const callOf = (loaded: LoadedFiles) =>
  section('a call', {
    call: name().describe('the service that is called'),
    count: whole({ min: 1, max: 1000 }).prefault(1).describe('number of calls: one after the other, or all at once under parallel'),
    share: share({ min: 0, max: 1 }).prefault('100%').describe('share of the requests that make the call, drawn for each call'),
    optional: flag().prefault(false).describe('true: the request goes on when the call fails; false: it fails with the cause of the call'),
    timeout: duration().prefault(0).describe('timeout per try; default 0, none'),
    cancel: flag()
      .prefault(true)
      .describe('a timeout, or the end of the calling request, cancels the work in the called pod; false: the work goes on, wasted'),
    deadline: flag()
      .prefault(false)
      .describe(
        "true: the deadline of the calling request bounds the call, and expired work is cancelled, as with gRPC's deadline propagation; false: the call knows only its own timeout",
      ),
    retries: retries.prefault({}),
    hedge: hedge.optional().describe('copies of calls that are not answered soon; default: none'),
    slb: ownBalancer(loaded).describe('balancer instances for these calls alone; default: those of the called service'),
  })

type CallData = z.infer<ReturnType<typeof callOf>>

/** A step: wait and CPU work, or calls that are made at once. */
export type StepData = { readonly cost: WorkSpec } | { readonly parallel: readonly CallData[] } | { readonly call: CallData }

function stepOf(loaded: LoadedFiles) {
  const call = callOf(loaded)
  const several = section('calls at once', {
    parallel: list('calls', call)
      .min(1, 'found an empty list; accepted: at least one call')
      .describe('calls that are made at once; the next step begins when all of them are over'),
  })
  return forms<StepData>(
    {
      call: call.transform((given): StepData => ({ call: given })),
      parallel: several.transform((given): StepData => given),
      cost: work.transform((given): StepData => ({ cost: given })),
    },
    (value) => (isMap(value) && 'call' in value ? 'call' : isMap(value) && 'parallel' in value ? 'parallel' : 'cost'),
  )
}

/** Recorded run times of requests. */
const recorded = section('the work of recorded functions', {
  durations: words().describe(
    'run times of functions as the Azure Functions Trace 2019 publishes them (durations.csv), relative to this file: each request is of a function with a probability in proportion to its count',
  ),
  cpu: share({ min: 0.001, max: 1 }).prefault('100%').describe('share of a run time that is CPU work; the rest waits'),
})

/** A file of recorded run times, and the share of them that is CPU work. */
export type RecordedWorkData = z.infer<typeof recorded>

const inTokens = section('the work of a request to a language model', {
  tokens: tokens.describe('{ prompt, output, shared }, numbers of tokens or distributions; or recorded: the sizes of the recording'),
})

/** Neither wait nor CPU work. The size of a block is that of the engine, which is known when the service is resolved. */
const ofTokens = (given: TokensData): WorkSpec => ({
  wait: { kind: 'constant', value: 0 },
  cpu: { kind: 'constant', value: 1 },
  tokens: given === 'recorded' ? given : { ...omitUndefined(given), block: 1 },
})

const omitUndefined = ({ prompt, output, shared }: Exclude<TokensData, 'recorded'>) => ({
  prompt,
  output,
  ...(shared === undefined ? {} : { shared }),
})

/** What a request does in its pod, step by step. */
export interface WorkData {
  readonly steps: readonly StepData[]
  /** Where the one step comes from that the resolution fills in. */
  readonly recorded?: RecordedWorkData
}

/** Until the file is read, and where it cannot be read, which prevents the run. */
const UNREAD: WorkSpec = { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 1 } }

/** The work of a request. */
export function workOfRequest(loaded: LoadedFiles) {
  const steps = section('the steps of a request', {
    steps: list('steps', stepOf(loaded))
      .min(1, 'found an empty list; accepted: at least one step')
      .max(100, 'found more than 100 steps; accepted: at most 100')
      .describe('one after the other: { wait, cpu }, { preset }, { call: a service }, or { parallel: [calls] }'),
  })
  return forms<WorkData>(
    {
      one: work.transform((given): WorkData => ({ steps: [{ cost: given }] })),
      steps: steps.transform((given): WorkData => given),
      recorded: recorded.transform((given): WorkData => ({ steps: [{ cost: UNREAD }], recorded: given })),
      tokens: inTokens.transform((given): WorkData => ({ steps: [{ cost: ofTokens(given.tokens) }] })),
    },
    (value) => (isMap(value) ? (['steps', 'tokens'].find((key) => key in value) ?? ('durations' in value ? 'recorded' : 'one')) : 'one'),
  )
}
