/** From a plan and its finished runs to the study that reports write. It contains no path, date or fact about the machine. */
import { createHash } from 'node:crypto'
import { type Selection, showCpu, showDuration, showMemory } from '../../sim/index.ts'
import { formatNumber, type Study } from '../../reports/index.ts'
import { clippedNotes, replayNotes, type TrafficSpec } from '../../workloads/index.ts'
import { FAMILY_PATHS } from '../file/families.ts'
import type { Execution } from './execute.ts'
import { canonical, type Plan } from '../plan/plan.ts'
import { shortOfGoal } from '../plan/precise.ts'
import { selectedText } from '../plan/select.ts'
import { selects } from '../plan/waves.ts'
import { percentText } from '../file/quantities.ts'
import type { CallSpec, PoolSpec, Scenario, ServiceSpec } from '../file/scenario.ts'

/** The study of an execution. `command` is the call that gives the same study. */
export function studyOf(
  plan: Plan,
  execution: Pick<Execution, 'asked' | 'finished' | 'failed' | 'interrupted'>,
  version: string,
  command: string,
): Study {
  const notes: string[] = []
  for (const { run, message } of execution.failed)
    notes.push(`failed: ${plan.variants[run.variant].label}, replication ${run.replication + 1}: ${message}`)
  if (execution.interrupted) notes.push(`interrupted: ${execution.finished.length} of ${execution.asked.length} runs are finished`)
  const asked = execution.asked.reduce((max, { replication }) => Math.max(max, replication + 1), 0)
  const requested = plan.variants.map(() => 0)
  for (const { variant } of execution.asked) requested[variant]++
  const { until } = plan
  if (until !== null && !selects(until) && !execution.interrupted) {
    const short = shortOfGoal(plan, until, execution.finished, asked)
    if (short !== '') notes.push(short)
  }
  const [selection, ...lost] = selects(until) && !execution.interrupted ? selectedText(plan, until, execution.finished, requested) : []
  notes.push(...lost)
  if (plan.variants.some(({ scenario }) => oneSample(scenario)))
    notes.push('one trace is one sample: intervals show the variation of the random draws, not that between clusters')
  notes.push(
    ...endsOf(plan.variants.map(({ scenario }) => scenario)),
    ...gapsOf(plan.variants.map(({ scenario }) => scenario)),
    ...cutsOf(plan.variants.map(({ scenario }) => scenario)),
  )
  return {
    name: plan.name,
    question: plan.question,
    primary: plan.primary,
    quantiles: plan.quantiles,
    margins: plan.margins,
    axes: plan.axes.map(({ key, labels }) => ({ name: key, values: labels })),
    variants: plan.variants.map(({ choices, label }) => {
      const values = choices.map((choice, axis) => plan.axes[axis].labels[choice])
      return {
        values,
        short: label,
        label: values.length === 0 ? label : values.map((value, axis) => withKey(plan.axes[axis].key, value)).join(', '),
      }
    }),
    runs: execution.finished.map(({ run, result }) => ({
      variant: run.variant,
      replication: run.replication,
      seed: run.seed,
      id: run.id,
      result,
    })),
    notes,
    setup: setupOf(plan.variants[0].scenario),
    ...warmupOf(plan),
    replications: asked,
    ...(selects(until) ? { requested } : {}),
    ...(selection === undefined ? {} : { selection }),
    reproduce: {
      command,
      version,
      digest: createHash('sha256')
        .update(canonical(plan.runs.map(({ id }) => id)))
        .digest('hex'),
    },
  }
}

/** The warm-up, unless it differs between variants. */
function warmupOf({ variants }: Plan): Pick<Study, 'warmup'> {
  const [{ scenario }] = variants
  return variants.every((variant) => variant.scenario.warmup === scenario.warmup) ? { warmup: scenario.warmup / 1e6 } : {}
}

/** "scheduling best-fit"; labels of other paths already contain their key. */
const withKey = (key: string, value: string): string => ((FAMILY_PATHS as readonly string[]).includes(key) ? `${key} ${value}` : value)

/** Description of the baseline, a line each. */
function setupOf(scenario: Scenario): string[] {
  const { start, delays, choices } = scenario
  const ageing =
    'time' in start
      ? start.time === 0
        ? 'from an empty cluster'
        : `after ${showDuration(start.time)} of ageing`
      : `after ${start.lifetimes} mean lifetimes of ageing`
  return [
    `horizon ${showDuration(scenario.horizon)}, ${ageing}, metrics from ${showDuration(scenario.warmup)} on`,
    ...scenario.pools.map(poolText),
    ...scenario.services.map(serviceText),
    ...(scenario.calls ?? []).map((call) => callText(call)),
    ...scenario.background.map(
      (source) => `background ${source.name}: ${amountText(source)}, ${percentText(source.usage)} of the request used`,
    ),
    ...scenario.jobs.map(jobsText),
    `scheduling ${chosen(choices.scheduling)}, slb ${chosen(choices.slb)} on ${scenario.balancers} balancer${scenario.balancers === 1 ? '' : 's'} per service, binpacking ${chosen(choices.binpacking)}`,
    ...scenario.schedulers.map(
      ({ name, algorithm, view, decision }) =>
        `scheduler ${name}: ${chosen(algorithm)} on a ${view} view, decision ${showDuration(decision)}`,
    ),
    `autoscaling: replicas ${chosen(choices['autoscaling.replicas'])}, sizes ${chosen(choices['autoscaling.sizes'])}, nodes ${chosen(choices['autoscaling.nodes'])}`,
    `delays: decision ${showDuration(delays.decision)}, bind ${showDuration(delays.bind)}, propagation ${showDuration(delays.propagation)}, scrape ${showDuration(delays.scrape)} averaged over ${showDuration(delays.window)}`,
  ]
}

/** How many background pods there are. */
function amountText(source: Scenario['background'][number]): string {
  if (source.kind === 'trace' && source.fill !== undefined) {
    const { share, resource, over } = source.fill
    return `arriving for ${showDuration(over)} until they request ${percentText(share)} of ${resource}, and staying`
  }
  if (source.inflate !== null) return `${percentText(source.inflate.share)} of ${source.inflate.resource} requested`
  return source.kind === 'trace' ? 'as recorded' : `${source.count} pods`
}

/** Whether a trace is replayed or sampled as recorded; with resampled blocks each replication is another sample. */
function oneSample({ background, jobs, pools, services }: Scenario): boolean {
  const replayed = services
    .flatMap(({ traffic }) => (traffic === null ? [] : partsOf(traffic)))
    .flatMap((traffic) => (traffic.pattern === 'trace' ? [traffic] : []))
  const traced = [...[...background, ...jobs].flatMap((source) => (source.kind === 'trace' ? [source] : [])), ...replayed]
  return traced.length === 0 ? pools.some(({ kind }) => kind === 'trace') : traced.some(({ bootstrap }) => (bootstrap ?? null) === null)
}

/** A note for each recording that ends before the run, without duplicates. */
function endsOf(scenarios: readonly Scenario[]): string[] {
  const notes = scenarios.flatMap(({ services, horizon }) =>
    services
      .flatMap(({ name, traffic }) => (traffic === null ? [] : partsOf(traffic)).map((part) => [name, part] as const))
      .map(([name, traffic]) =>
        traffic.pattern === 'trace' && traffic.ends !== null
          ? `the recording of service ${name} ends at ${showDuration(Math.round(traffic.ends / 1e6) * 1e6)}; no requests arrive from then until the horizon of ${showDuration(horizon)}`
          : '',
      ),
  )
  return [...new Set(notes)].filter((note) => note !== '')
}

/** What the recorded rates of services lack, without duplicates. */
function gapsOf(scenarios: readonly Scenario[]): string[] {
  const notes = scenarios.flatMap(({ services }) =>
    services.flatMap(({ name, traffic }) =>
      (traffic === null ? [] : partsOf(traffic)).flatMap((part) =>
        part.pattern === 'trace' ? replayNotes(part).map((note) => `the recording of service ${name}: ${note}`) : [],
      ),
    ),
  )
  return [...new Set(notes)]
}

/** A note for each distribution whose mean differs from the file, since negative draws are cut at 0. */
function cutsOf(scenarios: readonly Scenario[]): string[] {
  return [
    ...new Set(
      scenarios.flatMap(({ services }) =>
        services.flatMap(({ name, traffic, work }) => clippedNotes(traffic, work).map((note) => `service ${name}: ${note}`)),
      ),
    ),
  ]
}

function jobsText(source: Scenario['jobs'][number]): string {
  const { name, arrivals, inflate, deadline, usage } = source
  const arriving =
    inflate !== null
      ? `${percentText(inflate.share)} of ${inflate.resource} requested`
      : arrivals !== null
        ? `${arrivals.pattern} arrivals`
        : 'as recorded'
  const what = source.kind === 'trace' ? `the jobs of ${source.format}` : `${source.dag.kind} tasks`
  return `jobs ${name}: ${what}, ${arriving}${deadline === null ? '' : ', with deadlines'}, ${percentText(usage)} of the request used`
}

const chosen = ({ name, file }: Selection): string => (file === undefined ? name : `${name} (own file)`)

function poolText(pool: PoolSpec): string {
  const bounds = pool.min === pool.max ? '' : `, ${pool.min} to ${pool.max} under autoscaling`
  if (pool.kind === 'trace')
    return `pool ${pool.name}: the nodes of ${pool.format}${pool.count === undefined ? '' : `, repeated up to ${pool.count}`}${bounds}`
  if (pool.kind === 'snapshot') return `pool ${pool.name}: ${pool.count} nodes of the snapshot${bounds}`
  const [{ cpu, memory, gpus, gpuModel }] = pool.templates
  return `pool ${pool.name}: ${pool.count} nodes of ${showCpu(cpu)} cores, ${showMemory(memory)}${gpus === 0 ? '' : `, ${gpus} ${gpuModel}`}${bounds}`
}

function serviceText({ name, replicas, shape, threads, traffic, objective }: ServiceSpec): string {
  const concurrency = threads === 0 ? 'processor sharing' : `${threads} threads`
  const limit = shape.limit === 0 ? 'no limit' : `limit ${showCpu(shape.limit)}`
  return `service ${name}: ${replicas} pods of ${showCpu(shape.cpu)} (${limit}, ${concurrency}), ${trafficText(traffic)}${objective === null ? '' : `, objective ${showDuration(objective)}`}`
}

function callText({ name, share, timeout, retries, optional, deadline, slb }: CallSpec): string {
  return [
    `call ${name}`,
    ...(share < 1 ? [`by ${percentText(share)} of requests`] : []),
    timeout > 0 ? `timeout ${showDuration(timeout)}` : 'no timeout',
    ...(retries.limit > 0 ? [`at most ${retries.limit} ${retries.limit === 1 ? 'retry' : 'retries'}`] : []),
    ...(optional ? ['optional'] : []),
    ...(deadline ? ["bounded by the caller's deadline"] : []),
    ...(slb === undefined ? [] : [`slb ${chosen(slb)}`]),
  ].join(', ')
}

const partsOf = (traffic: TrafficSpec): readonly TrafficSpec[] => (traffic.pattern === 'merge' ? traffic.parts : [traffic])

function trafficText(traffic: TrafficSpec | null): string {
  if (traffic === null) return 'called by other services'
  if (traffic.pattern === 'merge') return traffic.parts.map(trafficText).join(' merged with ')
  if (traffic.pattern === 'trace')
    return `the requests of ${traffic.trace}${traffic.bootstrap === null ? '' : ' in resampled blocks'}, ${formatNumber(traffic.rate)}/s on average`
  if (traffic.pattern === 'closed-loop') return `${traffic.clients} clients in a closed loop`
  const { clients, trains } = traffic
  return `${traffic.pattern} traffic of ${traffic.rate}/s${trains === undefined ? '' : ' in trains'}${clients === undefined ? '' : ` from ${clients.count} clients`}`
}
