/** One run: a scenario becomes the simulation's input (names become definitions, specs become sources), and the input a result. */
import {
  EmptyNodes,
  FAMILIES,
  FAMILY_PATHS,
  NONE,
  type Adopted,
  type Call,
  type Choices,
  type Chosen,
  type Client,
  type Definition,
  type Family,
  type KubeProxySpec,
  type Pool,
  type RunResult,
  type SchedulerSpec,
  type Selection,
  type Service,
  type SimulationInput,
  type Step,
  type Workload,
} from '../../sim/index.ts'
import { Streams, type RandomStream } from '../../sim/random/index.ts'
import {
  costOf,
  openBackground,
  openJobs,
  openRequests,
  presentOf,
  snapshotOnce,
  type Capacity,
  type Fits,
  type TrafficSpec,
} from '../../workloads/index.ts'
import { orchestrationOf } from '../file/orchestration-spec.ts'
import { beginRun, thread } from '../own/code.ts'
import { forgetModules, imported, withParts } from '../own/import.ts'
import { ownNames } from '../own/names.ts'
import { checkedReadsOf } from '../own/read-only.ts'
import { inProfile, inProfiles, podsOf } from './profiles.ts'
import { routingOf } from '../file/schema/routing.ts'
import {
  capacityOf,
  nodeKindsOf,
  nodesOf,
  type CallSpec,
  type KubeProxyData,
  type Scenario,
  type SchedulerChoice,
  type ServiceSpec,
} from '../file/scenario.ts'

/** What a worker receives. */
export interface Task {
  readonly scenario: Scenario
  readonly seed: string | number
  readonly replication: number
  /** Shared memory in which the main thread sees that a call of a user's function does not return (own/code.ts). */
  readonly pulse?: Int32Array
}

type StreamOf = (purpose: string) => RandomStream

export type Simulate = (input: SimulationInput) => RunResult

/** Runs one task; throws the run's error, or what a user's algorithm did that it must not. */
export async function runTask(task: Task, simulate: Simulate): Promise<RunResult> {
  forgetModules()
  beginRun(checkedReadsOf(task.replication, task.scenario.check), task.pulse)
  const result = simulate(await inputOf(task))
  if (thread.faults.length > 0) throw thread.faults[0]
  return result
}

/** The simulation's input for a task: names become definitions, specs become sources. */
export async function inputOf({ scenario, seed, replication }: Task): Promise<SimulationInput> {
  const { horizon, warmup, delays, contentionEpoch, sample, check, eventBudget } = scenario
  const pools = scenario.pools.map((pool): Pool => ({
    name: pool.name,
    ...nodesOf(pool),
    min: pool.min,
    max: pool.max,
    provision: pool.provision,
  }))
  const capacity = capacityOf(pools)
  const { templates, counts } = nodeKindsOf(scenario, pools)
  const nodes = new EmptyNodes(templates)
  const fits: Fits = (shape, count = 1) => (count === 1 ? nodes.fits(shape) : nodes.holds(shape, count, counts))
  const ageing = ageingOf(scenario, capacity, fits)
  return {
    seed,
    replication,
    horizon,
    warmup,
    delays,
    contentionEpoch,
    sample,
    check,
    eventBudget,
    ownAlgorithms: ownNames(scenario),
    pools,
    ageing,
    workloads: scenario.services.map((spec, service) => workloadOf(inProfile(spec, spec.profile), service)),
    services: await Promise.all(scenario.services.map(serviceOf)),
    clients: scenario.services.flatMap((spec, service) => (spec.traffic === null ? [] : [clientOf(spec, spec.traffic, service)])),
    ...(scenario.calls === undefined ? {} : { calls: await Promise.all(scenario.calls.map((call) => callOf(call, scenario))) }),
    ...(scenario.orchestration === undefined ? {} : { orchestration: orchestrationOf(scenario.orchestration) }),
    ...(scenario.apiClients === undefined ? {} : { apiClients: scenario.apiClients }),
    ...(scenario.apiServer === undefined ? {} : { apiServer: scenario.apiServer }),
    ...(scenario.leaderElection === undefined ? {} : { leaderElection: scenario.leaderElection }),
    ...(scenario.admission === undefined ? {} : { admission: scenario.admission }),
    ...(scenario.batch === undefined ? {} : { batch: inProfiles(scenario.batch) }),
    background: [
      ...scenario.background.map((spec) => ({
        name: spec.name,
        scheduler: spec.scheduler,
        pods: (stream: StreamOf) => podsOf(openBackground(spec, capacity, stream, fits), spec.profile),
      })),
      // A prefix that no name can have: jobs and background of one name have streams of their own.
      ...scenario.jobs.map((spec) => ({
        name: `jobs/${spec.name}`,
        scheduler: spec.scheduler,
        ...(spec.rigid === true ? { rigid: true } : {}),
        pods: (stream: StreamOf) => podsOf(openJobs(spec, capacity, stream, ageing, fits), spec.profile),
      })),
    ],
    ...presentPods(scenario, pools),
    ...(scenario.assessment === undefined ? {} : { assessment: scenario.assessment }),
    ...(scenario.descheduler === undefined ? {} : { descheduler: scenario.descheduler }),
    ...(scenario.antagonists === undefined ? {} : { antagonists: scenario.antagonists }),
    ...(scenario.devices === undefined ? {} : { devices: scenario.devices }),
    ...(scenario.kubeProxy === undefined ? {} : { kubeProxy: await kubeProxyOf(scenario.kubeProxy) }),
    choices: await choicesOf(scenario),
    schedulers: await Promise.all(scenario.schedulers.map(schedulerOf)),
    binpacking: scenario.binpacking,
    balancers: scenario.balancers,
    disturbance: scenario.disturbance ?? NONE,
    ...(scenario.decisions === undefined ? {} : { decisions: scenario.decisions }),
  }
}

/** The pods of the snapshot, on the rows that their nodes get. */
function presentPods({ snapshot, pools: specs }: Scenario, pools: readonly Pool[]): Pick<SimulationInput, 'present'> {
  if (snapshot === undefined) return {}
  const rowOf = new Map<string, number>()
  let row = 0
  pools.forEach(({ templates, initial }, i) => {
    for (let node = 0; node < initial.length; node++, row++)
      if (specs[i].kind === 'snapshot') rowOf.set(templates[initial[node]].name!, row)
  })
  const { path, usage, limited, services, schedulers } = snapshot
  return {
    present: presentOf(snapshotOnce(path), {
      rowOf,
      usage,
      limited,
      services: services.map((name) => name ?? undefined),
      schedulerOf: (name) => schedulers[name] ?? { scheduler: 0 },
    }),
  }
}

const workloadOf = ({ steps, ...spec }: ServiceSpec, service: number): Workload => ({
  ...spec,
  service,
  queue: spec.queue ?? Infinity,
  ...(steps === undefined ? {} : { steps: steps.map((step): Step => ('calls' in step ? step : { cost: costOf(step.cost) })) }),
})

async function serviceOf(spec: ServiceSpec): Promise<Service> {
  const { name, networkDelay, signals, routing, connections, endpoints, path, slb, exposure, dns } = spec
  return {
    name,
    networkDelay,
    ...(signals === undefined ? {} : { signals }),
    ...(connections === undefined
      ? {}
      : { connections: { ...connections, maxAge: connections.maxAge === 0 ? Infinity : connections.maxAge } }),
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(path === undefined ? {} : { path }),
    ...(routing === undefined ? {} : { routing: routingOf(routing) }),
    ...(exposure === undefined ? {} : { exposure }),
    ...(dns === undefined ? {} : { dns: { ...dns, hold: dns.hold ?? Infinity } }),
    ...(slb === undefined ? {} : { slb: await chosen(slb, FAMILIES.slb) }),
  }
}

/** The balancer that decides as a scheduler of the kernel; all endpoints have the weight 1. */
const SCHEDULERS: Readonly<Record<NonNullable<KubeProxyData['ipvs']>, Selection>> = {
  rr: { name: 'round-robin', values: {} },
  lc: { name: 'weighted-least-connections', values: { rule: 'wlc' } },
  wlc: { name: 'weighted-least-connections', values: { rule: 'wlc' } },
  sed: { name: 'weighted-least-connections', values: { rule: 'sed' } },
  nq: { name: 'weighted-least-connections', values: { rule: 'nq' } },
}

async function kubeProxyOf({ ipvs, ...rest }: KubeProxyData): Promise<KubeProxySpec> {
  return ipvs === undefined ? rest : { ...rest, ipvs: await chosen(SCHEDULERS[ipvs], FAMILIES.slb) }
}

async function callOf({ slb, ...spec }: CallSpec, { services }: Scenario): Promise<Call> {
  const { work, objective, allowance } = services[spec.service]
  return {
    ...spec,
    objective: objective ?? Infinity,
    allowance,
    cost: costOf(work),
    ...(slb === undefined ? {} : { slb: await chosen(slb, FAMILIES.slb) }),
  }
}

const clientOf = ({ flow, ...spec }: ServiceSpec, traffic: TrafficSpec, service: number): Client => ({
  ...(spec as Omit<ServiceSpec, 'flow'>),
  ...(flow === undefined ? {} : { flow: { ...flow, cost: costOf(spec.work) } }),
  service,
  objective: spec.objective ?? Infinity,
  requests: (stream) => openRequests(traffic, spec.work, stream),
})

async function schedulerOf({ algorithm, order, ...spec }: SchedulerChoice): Promise<SchedulerSpec> {
  return { ...spec, algorithm: await chosen(algorithm, FAMILIES.scheduling), order: await chosen(order, FAMILIES['scheduling.order']) }
}

/** The definitions behind the selections of all families. */
async function choicesOf({ choices }: Scenario): Promise<Choices> {
  const entries = FAMILY_PATHS.map(async (path) => [path, await chosen(choices[path], FAMILIES[path] as Family<unknown>)] as const)
  return Object.fromEntries(await Promise.all(entries)) as unknown as Choices
}

/** Length of the ageing [µs, whole]: a number of mean lifetimes of the longest-lived stationary source, 0 without such a source. */
function ageingOf({ start, background, jobs }: Scenario, capacity: Capacity, fits: Fits): number {
  if ('time' in start) return start.time
  if (start.lifetimes === 0) return 0
  // A source is opened only to read its mean. Its streams are fixed, so that every replication ages equally long.
  const streams = new Streams('ageing', 0)
  const stream = (purpose: string): RandomStream => streams.stream(purpose)
  const sources = [
    ...background.map((spec) => openBackground(asRecorded(spec), capacity, stream, fits)),
    ...jobs.map((spec) => openJobs(asRecorded(spec), capacity, stream, 0, fits)),
  ]
  const lifetimes = sources.filter((source) => source.stationary).map((source) => source.meanDuration)
  return Math.round(start.lifetimes * Math.max(0, ...lifetimes.filter(Number.isFinite)))
}

/** Without the resampling of its blocks, which is nothing but draws. */
const asRecorded = <T extends { readonly kind: string }>(spec: T): T => (spec.kind === 'trace' ? { ...spec, bootstrap: null } : spec)

/** The definition behind a selection: a member of the list, or the user's file, imported once per run. */
async function chosen<D>({ name, values, file, digest }: Selection, family: Family<D>): Promise<Chosen<D>> {
  if (file === undefined) {
    const definition = family.find(name)
    if (definition === undefined) throw new Error(`no built-in ${family.word} is called ${name}`)
    return { definition, values: await withParts((definition as Definition<unknown, unknown>).parameters, values) }
  }
  const adopt = (guarded: unknown): Adopted<Definition<unknown, unknown>> =>
    (family as unknown as Family<Definition<unknown, unknown>>).adopt(guarded)
  return { definition: (await imported({ name, file, digest }, adopt)) as D, values }
}
