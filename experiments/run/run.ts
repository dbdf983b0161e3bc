/** One run: a scenario becomes the simulation's input (names become definitions, specs become sources), and the input a result. */
import type { Adopted } from '../../sim/common/adopt.ts'
import { nodeAutoscalers, adoptNodeAutoscaler } from '../../sim/autoscaling/nodes/index.ts'
import { adoptReplicaAutoscaler, replicaAutoscalers } from '../../sim/autoscaling/replicas/index.ts'
import { adoptSizeAutoscaler, sizeAutoscalers } from '../../sim/autoscaling/sizes/index.ts'
import { adoptPacker, packers } from '../../sim/binpacking/index.ts'
import { NONE } from '../../sim/cluster/views.ts'
import type { Catalogue, Definition, Selection } from '../../sim/common/define.ts'
import type { Chosen, Pool, Service, SimulationInput } from '../../sim/input.ts'
import { Streams, type RandomStream } from '../../sim/random/stream.ts'
import type { RunResult } from '../../sim/outcome/results.ts'
import { adoptOrder, adoptScheduler, orders, schedulers } from '../../sim/scheduling/index.ts'
import { adoptBalancer, balancers } from '../../sim/slb/index.ts'
import { openBackground, openJobs, openRequests, type Capacity } from '../../workloads/index.ts'
import { importDefault } from '../file/load.ts'
import { capacityOf, nodesOf, type Scenario, type ServiceSpec } from '../file/scenario.ts'

/** What a worker receives. */
export interface Task {
  readonly scenario: Scenario
  readonly seed: string | number
  readonly replication: number
}

type StreamOf = (purpose: string) => RandomStream

export type Simulate = (input: SimulationInput) => RunResult

export async function runTask(task: Task, simulate: Simulate): Promise<RunResult> {
  return simulate(await inputOf(task))
}

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
  const ageing = ageingOf(scenario, capacity)
  const [scheduling, order, packing, slb, replicas, sizes, nodes] = await Promise.all([
    chosen(scenario.scheduling, schedulers, adoptScheduler),
    chosen(scenario.scheduling.order, orders, adoptOrder),
    chosen(scenario.binpacking, packers, adoptPacker),
    chosen(scenario.slb, balancers, adoptBalancer),
    chosen(scenario.replicas, replicaAutoscalers, adoptReplicaAutoscaler),
    chosen(scenario.sizes, sizeAutoscalers, adoptSizeAutoscaler),
    chosen(scenario.nodes, nodeAutoscalers, adoptNodeAutoscaler),
  ])
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
    pools,
    ageing,
    services: scenario.services.map(serviceOf),
    background: [
      ...scenario.background.map((spec) => ({ name: spec.name, pods: (stream: StreamOf) => openBackground(spec, capacity, stream) })),
      // A prefix that no name can have: jobs and background of one name have streams of their own.
      ...scenario.jobs.map((spec) => ({ name: `jobs/${spec.name}`, pods: (stream: StreamOf) => openJobs(spec, capacity, stream, ageing) })),
    ],
    slb,
    replicas,
    sizes,
    nodes,
    scheduling: { ...scheduling, order },
    binpacking: { ...packing, seat: scenario.binpacking.seat, every: scenario.binpacking.every },
    balancers: scenario.balancers,
    disturbance: scenario.disturbance ?? NONE,
  }
}

function serviceOf(spec: ServiceSpec): Service {
  const { traffic, work, queue, objective, ...rest } = spec
  return { ...rest, queue: queue ?? Infinity, objective: objective ?? Infinity, requests: (stream) => openRequests(traffic, work, stream) }
}

/** Whole microseconds of ageing; so many mean lifetimes of the longest-lived stationary source, none when nothing comes and goes. */
function ageingOf({ start, background, jobs }: Scenario, capacity: Capacity): number {
  if ('time' in start) return start.time
  if (start.lifetimes === 0) return 0
  // A source is opened to read its mean, and thrown away; the same for every run, since ageing is no matter of luck.
  const streams = new Streams('ageing', 0)
  const stream = (purpose: string): RandomStream => streams.stream(purpose)
  const sources = [
    ...background.map((spec) => openBackground(asRecorded(spec), capacity, stream)),
    ...jobs.map((spec) => openJobs(asRecorded(spec), capacity, stream)),
  ]
  const lifetimes = sources.filter((source) => source.stationary).map((source) => source.meanDuration)
  return Math.round(start.lifetimes * Math.max(0, ...lifetimes.filter(Number.isFinite)))
}

/** Without the resampling of its blocks, which is nothing but draws. */
const asRecorded = <T extends { readonly kind: string }>(spec: T): T => (spec.kind === 'trace' ? { ...spec, bootstrap: null } : spec)

type OwnList<D> = { find(name: string): D | undefined }

const own = new Map<string, Promise<unknown>>()

/** The definition behind a selection: a member of the list, or the user's file, imported once a thread. */
async function chosen<Made, Context>(
  selection: Selection,
  list: OwnList<Catalogue<Made, Context>['all'][number]>,
  adopt: (exported: unknown) => Adopted<Definition<Made, Context>>,
): Promise<Chosen<Definition<Made, Context>>> {
  const { name, values, file } = selection
  if (file === undefined) {
    const definition = list.find(name)
    if (definition === undefined) throw new Error(`no built-in member ${name}`)
    return { definition, values }
  }
  let imported = own.get(file)
  if (imported === undefined) own.set(file, (imported = importDefault(file)))
  const adopted = adopt(await imported)
  if ('problems' in adopted) throw new Error(`${name}: ${adopted.problems.join('; ')}`)
  return { definition: adopted.definition, values }
}
