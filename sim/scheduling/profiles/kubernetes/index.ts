/** The profile of kube-scheduler: what explanations and readers of snapshots use. */
export { ClusterState, overcommitted } from './cluster.ts'
export { gatesMessage } from './plugins/scheduling-gates.ts'
export { readConfiguration } from './config/configuration.ts'
export { profileNames, rowOfProfile } from './config/names.ts'
export { podInfo, type PodInfo } from './pod-info.ts'
export { profileOf, type Profile, type ProfileOptions } from './profile.ts'
export { decisionRecord, type DecisionRecord, type PreemptionRecord } from './record.ts'
export { KubeScheduler, type KubeDecision, type TieRule } from './scheduler.ts'
export type { Rejection } from './plugin.ts'
export { adoptPlugin, PLUGIN_KEYS } from './own/adopt.ts'
export { PluginRun } from './own/plugin-run.ts'
export type { OwnPlugin, PluginCluster, PluginNode, PluginPod } from './own/policy.ts'
export { withPlugins } from './parameters.ts'
export type {
  Affinity as KubeAffinity,
  KubeBudget,
  KubeClaim,
  KubeCluster,
  KubeContainer,
  KubeNode,
  KubePersistentVolume,
  KubePod,
  KubePort,
  KubeService,
  KubeStorageClass,
  KubeToleration,
  KubeVolume,
  KubeWorkload,
  LabelSelector as KubeLabelSelector,
  NodeSelectorTerm as KubeNodeSelectorTerm,
  PodAffinity as KubePodAffinity,
  PodAffinityTerm as KubePodAffinityTerm,
  Requirement as KubeRequirement,
  SpreadConstraint as KubeSpreadConstraint,
} from './objects.ts'
