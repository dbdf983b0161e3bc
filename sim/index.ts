/** The public entry point: what workloads, experiments, reports, programs and users' own algorithms import. */
export { simulate, Simulation } from './simulation.ts'
export type * from './input.ts'
export { explainRollout } from './controllers/rollouts/explanation.ts'
export type { RolloutInput } from './controllers/rollouts/explanation.ts'
export type { RolloutAction, RolloutStep } from './controllers/rollouts/rollout.ts'
export type * from './outcome/results.ts'
export type * from './outcome/table.ts'
export { askedQuantile, METRICS, metricById, SCOPE_METRICS } from './outcome/standard.ts'
export type { Comparison, MetricDefinition, MetricGroup, MetricId, ScopeMetricDefinition, ScopeMetricId } from './outcome/standard.ts'
export { latencyQuantile } from './outcome/sheet.ts'
export { POWER_CURVES } from './measure/power.ts'
export { Histogram } from './measure/histogram.ts'

// What an own algorithm sees and answers, family by family.
export { CPU, DEVICES, FIRST_NAMED, MEMORY, MILLI, NodeState, NONE, PodPhase, PODS, Reason, Subject } from './cluster/views.ts'
export type { ClassesView, ClusterView, Column, LogCursor, LogView, NodesView, PodsView } from './cluster/views.ts'
export { Wake } from './scheduling/policy.ts'
export type { Placer, Scheduler, SchedulerDefinition, SchedulingContext, Score } from './scheduling/policy.ts'
export { EmptyNodes } from './cluster/empty-nodes.ts'
export type { Misfit } from './cluster/empty-nodes.ts'
export { DecisionKind, Decisions } from './cluster/decisions.ts'
export type { OwnOrder, OwnScheduler } from './scheduling/index.ts'
export type { BinType, Packer, PackerDefinition, Packing, PackingContext, PackingProblem } from './binpacking/policy.ts'
export type { LoadView, PodSample, ReplicaAutoscaler, ReplicaAutoscalerDefinition, ReplicasContext } from './autoscaling/replicas/policy.ts'
export { HorizontalPodAutoscaler, type HpaSteps } from './autoscaling/replicas/hpa/controller.ts'
export type { MetricTarget, PodGroup } from './autoscaling/replicas/hpa/observation.ts'
export { ScaledObject } from './autoscaling/replicas/keda/scaled-object.ts'
export { PodAutoscaler } from './autoscaling/replicas/knative/pod-autoscaler.ts'
export { WindowAverage } from './autoscaling/replicas/knative/window-average.ts'
export { ContainerUsage } from './autoscaling/sizes/vpa/container-usage.ts'
export { recommended, RECOMMENDER_DEFAULTS } from './autoscaling/sizes/vpa/recommender.ts'
export { zeroProblem } from './autoscaling/replicas/policy.ts'
export type { OwnReplicaAutoscaler } from './autoscaling/replicas/index.ts'
export type { SizeAutoscaler, SizeAutoscalerDefinition, Sizes, SizesContext, UsageView } from './autoscaling/sizes/policy.ts'
export type { OwnSizeAutoscaler } from './autoscaling/sizes/index.ts'
export type {
  NodeAutoscaler,
  NodeAutoscalerDefinition,
  NodeChanges,
  NodesContext,
  NodesScalingView,
  ScalablePool,
} from './autoscaling/nodes/policy.ts'
export type { OwnNodeAutoscaler } from './autoscaling/nodes/index.ts'
export { NO_BACKEND, Outcome, QUEUE, REJECT } from './slb/policy.ts'
export type { Balancer, BalancerDefinition, BalancingContext, RequestView } from './slb/policy.ts'
export type { Backends, OwnBalancer } from './slb/index.ts'
export type { Definition, OwnPart, Parameter, Parameters, ParameterValue, Selection, Values } from './common/define.ts'
export type { KeyedStream, RandomStream } from './random/stream.ts'
export { normalCdf } from './random/math.ts'

export { entryOf } from './common/dictionary.ts'
export { suggestion } from './common/suggestion.ts'
export { bucketOf, bucketStart, bucketWidth, placeIn } from './measure/histogram.ts'
export { ColumnTable, grown } from './common/table.ts'
export { LEADER_ELECTION } from './controllers/components.ts'
export { jobSpec } from './controllers/kubernetes/job-object.ts'
export { parseCron } from './controllers/kubernetes/cron-schedule.ts'
export { TimeZone } from './controllers/kubernetes/time-zone.ts'
export { callCycle } from './serving/call-cycle.ts'
export type * from './common/ids.ts'

// The families by their catalogues, and what experiments read and write around them.
export { FAMILIES, FAMILY_PATHS, PARTS } from './families.ts'
export type { Definitions, Family, FamilyPath } from './families.ts'
export { adoptScheduler, schedulers } from './scheduling/index.ts'
export {
  ClusterState as KubeClusterState,
  decisionRecord,
  gatesMessage,
  KubeScheduler,
  overcommitted,
  podInfo as kubePodInfo,
  profileNames,
  profileOf,
  readConfiguration,
  PLUGIN_KEYS as KUBE_PLUGIN_KEYS,
  PluginRun as KubePluginRun,
  rowOfProfile,
  withPlugins as withKubePlugins,
} from './scheduling/profiles/kubernetes/index.ts'
export type { OwnPlugin, PluginCluster, PluginNode, PluginPod } from './scheduling/profiles/kubernetes/index.ts'
export type {
  DecisionRecord,
  KubeAffinity,
  KubeBudget,
  KubeClaim,
  KubeCluster,
  KubeContainer,
  KubeLabelSelector,
  KubeNode,
  KubeNodeSelectorTerm,
  KubePersistentVolume,
  KubePod,
  KubePodAffinity,
  KubePodAffinityTerm,
  KubePort,
  KubeRequirement,
  KubeService,
  KubeSpreadConstraint,
  KubeStorageClass,
  KubeToleration,
  KubeVolume,
  KubeWorkload,
  PreemptionRecord,
  Rejection,
} from './scheduling/profiles/kubernetes/index.ts'
export { adoptOrder, orders } from './scheduling/orders/index.ts'
export {
  adoptPacker,
  bestPlan,
  compact,
  continuousBound,
  lowerBound,
  packers,
  Workload as CapacityWorkload,
  type Compaction,
  type NodeKind,
  type Objective,
  type Plan,
  type EqualPods,
} from './binpacking/index.ts'
export type { PackerRole } from './binpacking/policy.ts'
export { adoptBalancer, balancers } from './slb/index.ts'
export { adoptReplicaAutoscaler, replicaAutoscalers } from './autoscaling/replicas/index.ts'
export { adoptSizeAutoscaler, sizeAutoscalers } from './autoscaling/sizes/index.ts'
export { adoptNodeAutoscaler, nodeAutoscalers } from './autoscaling/nodes/index.ts'
export type { Adopted } from './common/adopt.ts'
export { valuesOf } from './common/define.ts'
export type { Catalogue, EntryKey, ParameterEntry } from './common/define.ts'
export {
  readCpu,
  readCpuUp,
  readDuration,
  readMemory,
  readMemoryUp,
  readPrice,
  readRate,
  readShare,
  showCpu,
  showDuration,
  showMemory,
  UnitError,
} from './common/units.ts'
