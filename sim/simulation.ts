/**
 * One run: the list of its parts, and the clock.
 *
 *   ageing [0, origin)      background pods are placed and replaced by the run's own scheduler, without delays
 *   origin                  services start warm: placed, ready, known to the balancers
 *   [origin, warm-up end)   the run proper; nothing is measured yet
 *   [warm-up end, horizon]  the window
 */
import { Cluster } from './cluster/cluster.ts'
import { createChosen } from './common/define.ts'
import type { Time } from './common/ids.ts'
import { Admission } from './controllers/admission/admission.ts'
import { Autoscaling } from './controllers/autoscaling.ts'
import { Background } from './controllers/background.ts'
import { Batch } from './controllers/batch/batch.ts'
import { ApiServer } from './controllers/api-server/api-server.ts'
import { ApiClients } from './controllers/api-clients.ts'
import { Components } from './controllers/components.ts'
import { EndpointSlices } from './controllers/endpoint-slices.ts'
import { Descheduler } from './controllers/descheduling/descheduler.ts'
import { NodeLifecycle } from './controllers/node-lifecycle.ts'
import { Orchestrator } from './controllers/orchestration/orchestrator.ts'
import { Script } from './controllers/orchestration/script.ts'
import { Owners } from './controllers/owners.ts'
import { DeclaredPods } from './controllers/declared-pods.ts'
import { Placement } from './controllers/placement.ts'
import { PodLifecycle } from './controllers/pod-lifecycle.ts'
import { PresentPods } from './controllers/present-pods.ts'
import { ReplicaSets } from './controllers/replica-sets.ts'
import { Stateful } from './controllers/stateful/stateful.ts'
import { withAttachLimits } from './controllers/storage/limits.ts'
import { PodVolumes } from './controllers/storage/pod-volumes.ts'
import { Simulator } from './engine/simulator.ts'
import type { SimulationInput } from './input.ts'
import { AdmissionRecorder } from './measure/admission-recorder.ts'
import { ApiRecorder } from './measure/api-recorder.ts'
import { BatchRecorder } from './measure/batch-recorder.ts'
import { ChangeRecorder } from './measure/change-recorder.ts'
import { DecisionRecorder } from './measure/decision-recorder.ts'
import { DeschedulingRecorder } from './measure/descheduling-recorder.ts'
import { EventRecorder } from './measure/event-recorder.ts'
import { ImageRecorder } from './measure/image-recorder.ts'
import { Imbalance } from './measure/imbalance.ts'
import { JobRecorder } from './measure/job-recorder.ts'
import { NodeRecorder } from './measure/node-recorder.ts'
import { PodLanes } from './measure/pod-lanes.ts'
import { PodRecorder } from './measure/pod-recorder.ts'
import { PressureRecorder } from './measure/pressure-recorder.ts'
import { ReplicaCourses } from './measure/replica-courses.ts'
import { ScalingRecorder } from './measure/scaling-recorder.ts'
import { SchedulingRecorder } from './measure/scheduling-recorder.ts'
import { StateRecorder } from './measure/state-recorder.ts'
import { StorageRecorder } from './measure/storage-recorder.ts'
import { Endpoints } from './network/endpoints.ts'
import { Network } from './network/network.ts'
import { Assessor } from './outcome/assessor.ts'
import { Checker } from './outcome/checker.ts'
import { RunCourses } from './outcome/courses.ts'
import { outcome } from './outcome/outcome.ts'
import type { RunResult } from './outcome/results.ts'
import { Sampler } from './outcome/sampler.ts'
import { Assembly } from './part.ts'
import { Streams } from './random/stream.ts'
import { Antagonists } from './serving/antagonists.ts'
import { Clients } from './serving/clients.ts'
import { Calls } from './serving/calls.ts'
import { CpuShares } from './serving/cpu-shares.ts'
import { Flows } from './serving/flow/flows.ts'
import { Engines } from './serving/inference/engines.ts'
import { PodLimits } from './serving/limits/pod-limits.ts'
import { RequestLoad } from './serving/load.ts'
import { PodQueue } from './serving/pod-queue.ts'
import { Requests } from './serving/requests.ts'
import { Servers } from './serving/servers.ts'
import { WorkHeaps } from './serving/work-heaps.ts'

/** The cluster, and what is measured: the first parts of the list, told by the others. */
function measured(input: SimulationInput) {
  const origin = input.ageing
  const times = { origin, windowStart: origin + input.warmup, end: origin + input.horizon }
  const simulator = new Simulator()
  const streams = new Streams(input.seed, input.replication)
  return Assembly.from({ input, times, simulator, streams })
    .part('cluster', () => new Cluster(namedResources(input)))
    .part('pods', () => new PodRecorder(times.windowStart, times.end))
    .part('jobs', () => new JobRecorder(times.windowStart, times.end))
    .part('nodeLevels', (run) => new NodeRecorder(run.cluster))
    .part('scaling', () => new ScalingRecorder(times.windowStart))
    .part('scheduling', () => new SchedulingRecorder(times.windowStart, decisionsFor(input, times)))
    .part('changes', () => new ChangeRecorder(input.workloads.length, times.windowStart, coursesFor(input, times), eventsFor(input, times)))
    .part('images', () => new ImageRecorder(times.windowStart))
    .part('pressure', () => new PressureRecorder(times.windowStart))
    .part('storage', () => new StorageRecorder(times.windowStart))
    .part('descheduling', () => new DeschedulingRecorder(times.windowStart))
    .part('batch', () => new BatchRecorder(times.windowStart))
    .part('state', () => new StateRecorder(times.windowStart))
    .part('imbalance', () => input.services.map(() => new Imbalance()))
    .part('api', () => new ApiRecorder(times.windowStart))
    .part('admissions', () => new AdmissionRecorder(times.windowStart))
}

/** The list of parts. A part is made from those above it; calls of part.ts go from top to bottom. */
function assemble(input: SimulationInput) {
  return (
    measured(input)
      // The way of a request.
      .part('requests', () => new Requests())
      .part('servers', () => new Servers())
      .part('heaps', () => new WorkHeaps())
      .part('shares', (run) => new CpuShares(run))
      .part('engines', (run) => Engines.of(run))
      .part('podQueue', (run) => new PodQueue(run))
      .part('limits', (run) => PodLimits.of(run))
      .part('clients', (run) => new Clients(run))
      .part('calls', (run) => Calls.of(run))
      .part('network', (run) => new Network(run))
      .part('flows', (run) => Flows.of(run))
      .part('endpoints', (run) => new Endpoints(run))
      .part('load', (run) => new RequestLoad(run))

      // Pods and nodes.
      .part('owners', (run) => new Owners(run))
      .part('lifecycle', (run) => new PodLifecycle(run))
      .part('nodes', (run) => new NodeLifecycle(run))
      .part('components', (run) => new Components(run))
      .part('apiServer', (run) => ApiServer.of(run))
      .part('apiClients', (run) => new ApiClients(run))
      .part('endpointSlices', (run) => EndpointSlices.of(run))
      .part('admission', (run) => Admission.of(run))
      .part('packer', ({ simulator }) => createChosen(input.choices.binpacking, { now: () => simulator.now }))
      .part('declared', () => new DeclaredPods())
      .part('placement', (run) => new Placement(run))
      .part('volumes', (run) => PodVolumes.of(run))
      .part('stateful', (run) => Stateful.of(run))
      .part('orchestrator', (run) => Orchestrator.of(run))
      .part('replicaSets', (run) => new ReplicaSets(run))
      .part('batchJobs', (run) => Batch.of(run))
      .part('script', (run) => Script.of(run))
      .part('present', (run) => PresentPods.of(run))
      .part('background', (run) => new Background(run))
      .part('autoscaling', (run) => new Autoscaling(run))
      .part('descheduler', (run) => Descheduler.of(run))
      .part('antagonists', (run) => Antagonists.of(run))

      .part('sampler', (run) => new Sampler(run))
      .part('assessor', (run) => Assessor.of(run))
      .part('courses', (run) => RunCourses.of(run))
  )
}

/** The parts of a run, by name. */
export type Run = ReturnType<typeof assemble>['run']

/** Runs to the horizon and returns the results. Throws an Error when an algorithm breaks its contract or a check fails. */
export function simulate(input: SimulationInput): RunResult {
  return new Simulation(input).run()
}

/** A run that has been assembled and not started; `parts` are read by tests. */
export class Simulation {
  readonly parts: Run
  private readonly assembly: ReturnType<typeof assemble>
  private readonly checker: Checker | null

  constructor(input: SimulationInput) {
    const storage = input.orchestration?.storage
    this.assembly = assemble(storage === undefined ? input : { ...input, pools: withAttachLimits(input.pools, storage) })
    this.parts = this.assembly.run
    const { simulator, times } = this.parts
    const origin = simulator.register('origin', () => this.assembly.opens())
    const warmupEnds = simulator.register('warm-up ends', () => this.assembly.windowBegins(simulator.now))
    this.assembly.starts()
    simulator.at(times.origin, origin, 0, 0)
    simulator.at(times.windowStart, warmupEnds, 0, 0)
    this.checker = input.check ? this.makeChecker().eachEvent() : null
  }

  run(): RunResult {
    const { simulator, times, input } = this.parts
    const how = simulator.run(times.end, input.eventBudget)
    if (how === 'budget') {
      const reached = (simulator.now - times.origin) / 1e6
      throw new Error(`the run used up its budget of ${input.eventBudget} events at ${reached} s of ${input.horizon / 1e6} s`)
    }
    this.checker?.full()
    if (input.ownAlgorithms !== undefined && input.ownAlgorithms.length > 0) this.checkOwn(input.ownAlgorithms)
    this.assembly.ends(simulator.now)
    return outcome(this.parts, simulator.now, this.assembly.notes())
  }

  private makeChecker(): Checker {
    const { simulator, cluster } = this.parts
    return new Checker(simulator, cluster, () => this.assembly.check())
  }

  /** What a user's algorithm wrote into the cluster shows in the laws, also when no view refused it. */
  private checkOwn(names: readonly string[]): void {
    try {
      this.makeChecker().full()
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error)
      throw new Error(
        `at the end of the run the cluster is not what its events made of it: ${found}; ${names.join(' or ')} may write into its view (--check finds the call)`,
        { cause: error },
      )
    }
  }
}

/** Events are kept in the first replication. */
function eventsFor({ orchestration, replication }: SimulationInput, { origin }: { readonly origin: Time }): EventRecorder | null {
  const limit = orchestration?.events ?? 0
  return replication === 0 && limit > 0 ? new EventRecorder(limit, origin) : null
}

/** Decisions are kept in the first replication. */
function decisionsFor({ decisions = 0, replication }: SimulationInput, { origin }: { readonly origin: Time }): DecisionRecorder | null {
  return replication === 0 && decisions > 0 ? new DecisionRecorder(decisions, origin) : null
}

/** Recorders of the charts of controllers, in the first replication of a run that has any. */
function coursesFor(
  { orchestration, replication }: SimulationInput,
  times: { readonly origin: Time; readonly windowStart: Time; readonly end: Time },
) {
  if (replication !== 0 || orchestration === undefined || orchestration.workloads.length === 0) return null
  return { replicas: new ReplicaCourses(times), lanes: new PodLanes(times.windowStart) }
}

/** Resources besides cpu, memory and pods that a node offers or a pod requests, in order of their names. */
function namedResources({ pools, workloads, batch, present }: SimulationInput): string[] {
  const names = new Set<string>()
  for (const pool of pools) for (const template of pool.templates) for (const name of Object.keys(template.resources)) names.add(name)
  for (const { versions } of batch?.workloads ?? [])
    for (const { shape } of versions) for (const name of Object.keys(shape.resources)) names.add(name)
  for (const { shape } of present?.kinds ?? []) for (const name of Object.keys(shape.resources)) names.add(name)
  for (const { shape } of workloads) for (const name of Object.keys(shape.resources)) names.add(name)
  return [...names].sort()
}
