/** The public entry point of workloads: sources of requests, background pods and jobs, and traces. */
export type { BackgroundSpec, SyntheticBackground, TraceBackground } from './background/spec.ts'
export type {
  ClientsSpec,
  ClosedLoopTraffic,
  MergedTraffic,
  OpenTraffic,
  TraceTraffic,
  TokensSpec,
  TrafficSpec,
  TrainsSpec,
  WorkSpec,
} from './requests/spec.ts'
export { recordedTokensProblem } from './replay/survey.ts'
export { trafficFormats } from './replay/requests.ts'
export type { SizeWork } from './replay/size-work.ts'
export { replayNotes, surveyReplay, type TraceTrafficRequest } from './replay/survey.ts'
export { bundledFile, bundledTrace, bundledTraces, type BundledTrace } from './traces/bundled.ts'
export { clippedNotes } from './requests/clipped.ts'
export { costOf } from './requests/cost.ts'
export {
  groupsOf,
  hasDevices,
  podsOfService,
  presentOf,
  readSnapshot,
  runWarnings,
  shapeOfPod,
  snapshotOnce,
  SNAPSHOT_KINDS,
  templatesOf,
  type PendingPod,
  type Snapshot,
} from './snapshots/index.ts'
export { openRequests } from './requests/open.ts'
export { lifetimeProblem, LIFETIMES } from './synthetic/residual.ts'
export { workOf } from './presets/preset.ts'
export { trafficPresets } from './presets/traffic.ts'
export { workPresets } from './presets/work.ts'
export { backgroundProblems, openBackground } from './background/open.ts'
export type { Capacity } from './shape/demand.ts'
export { MergedPods, MergedRequests } from './shape/merge.ts'
export { loadTracePool, type TracePoolOptions } from './traces/node-pool.ts'
export { nodeFile, readNodes, readPods, traceFormats, type TraceFormat } from './traces/formats.ts'
export { COLUMNS, columnsKind, columnsName, CPU_UNITS, MEMORY_UNITS, TIME_UNITS, type ColumnMap } from './traces/columns.ts'
export { functionDurations } from './traces/function-durations.ts'
export { factsOf, type Spreading, type TraceFacts } from './traces/facts.ts'
export type { RowFormat } from './traces/format.ts'
export { detectFormat, rowFormat, rowFormats } from './traces/formats.ts'
export { TraceError } from './traces/lines.ts'
export type { DrawnJobsSpec, JobsSpec, JobTenant, TracedJobsSpec } from './jobs/spec.ts'
export { DAG_WORDS, type DagSpec } from './jobs/dag.ts'
export { jobsProblems, openJobs } from './jobs/open.ts'
export { surveyJobs } from './jobs/survey.ts'
export type { Fits } from './shape/fitting.ts'
export { jobTraces, openJobTrace } from './jobs/traces.ts'
export { jobPreset, jobPresets } from './presets/jobs.ts'
export { bootstrapProblem, type BootstrapSpec } from './shape/bootstrap.ts'
export { MAX_REPETITIONS, SHAPE_STEPS, shapeProblems, type ShapeStep } from './shape/timeline.ts'
export {
  effectiveAmounts,
  pullPolicyOf,
  manifestFiles,
  outsideOf,
  PodIndex,
  readAmount,
  readManifests,
  selectorMatches,
  type Autoscaler,
  type DisruptionBudget,
  type Ignored,
  type ManifestProblem,
  type Manifests,
  type ManifestService,
  type ManifestsRead,
  type ManifestWorkload,
  type Probe,
  type SwarmUpdate,
} from './manifests/index.ts'
