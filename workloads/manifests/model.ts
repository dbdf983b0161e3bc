/**
 * Workloads as manifests describe them, whatever orchestrator they were written for: plain read-only objects with all defaults applied.
 * Times [µs], cpu [millicores], memory [bytes]; whole numbers. null stands for what was not set and has no default.
 */
import type { QuotaScope, Taint } from '../../sim/index.ts'
import type { Ignored, ManifestProblem, Place } from './findings.ts'
import type { Amounts, CountOrPercent, NodeTerm, PodTemplate, Selector } from './model-pods.ts'

export type * from './model-pods.ts'

/** Whose rules apply. */
export type Orchestrator = 'kubernetes' | 'swarm' | 'ecs' | 'mesos'

/** Everything that files describe. */
export interface Manifests {
  readonly workloads: readonly ManifestWorkload[]
  readonly services: readonly ManifestService[]
  readonly ingresses: readonly Ingress[]
  readonly autoscalers: readonly Autoscaler[]
  readonly budgets: readonly DisruptionBudget[]
  readonly priorityClasses: readonly PriorityClass[]
  readonly quotas: readonly Quota[]
  readonly limitRanges: readonly LimitRange[]
  readonly volumes: readonly PersistentVolume[]
  readonly claims: readonly VolumeClaim[]
  readonly storageClasses: readonly StorageClass[]
  readonly configs: readonly Config[]
  readonly namespaces: readonly Named[]
  readonly nodes: readonly ManifestNode[]
  readonly ignored: readonly Ignored[]
}

/** What was read, and what is wrong with it. */
export interface ManifestsRead {
  readonly manifests: Manifests
  readonly problems: readonly ManifestProblem[]
}

/** What all objects have. */
export interface Named {
  readonly kind: string
  /** Empty for objects of the whole cluster. */
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly place: Place
  /** File of the Helm chart; empty without. */
  readonly source: string
}

/** Pods that are kept running, or run to completion. */
export interface ManifestWorkload extends Named {
  readonly orchestrator: Orchestrator
  /** Desired pods; null: one per suitable node, or as many as the Job has parallel. */
  readonly replicas: number | null
  /** null: Pods, Jobs and CronJobs, which need none. */
  readonly selector: Selector | null
  readonly template: PodTemplate
  readonly controller: Controller
}

/** What creates and replaces the pods. */
export type Controller =
  | DeploymentController
  | ReplicaSetController
  | StatefulSetController
  | DaemonSetController
  | JobController
  | CronJobController
  | { readonly kind: 'Pod' }
  | SwarmController
  | EcsController
  | MarathonController

/** Parameters of a Deployment. */
export interface DeploymentController {
  readonly kind: 'Deployment'
  readonly strategy:
    | { readonly type: 'RollingUpdate'; readonly maxSurge: CountOrPercent; readonly maxUnavailable: CountOrPercent }
    | { readonly type: 'Recreate' }
  readonly minReady: number
  /** null: never. */
  readonly progressDeadline: number | null
  readonly revisionHistory: number
  readonly paused: boolean
}

/** Parameters of a ReplicaSet. */
export interface ReplicaSetController {
  readonly kind: 'ReplicaSet'
  readonly minReady: number
}

/** Parameters of a StatefulSet. */
export interface StatefulSetController {
  readonly kind: 'StatefulSet'
  readonly serviceName: string
  readonly podManagement: 'OrderedReady' | 'Parallel'
  readonly updateStrategy: 'RollingUpdate' | 'OnDelete'
  readonly partition: number
  readonly start: number
  readonly minReady: number
  readonly revisionHistory: number
  readonly claimTemplates: readonly VolumeClaim[]
  readonly retention: { readonly whenDeleted: 'Retain' | 'Delete'; readonly whenScaled: 'Retain' | 'Delete' }
}

/** Parameters of a DaemonSet. */
export interface DaemonSetController {
  readonly kind: 'DaemonSet'
  readonly updateStrategy: 'RollingUpdate' | 'OnDelete'
  readonly maxSurge: CountOrPercent
  readonly maxUnavailable: CountOrPercent
  readonly minReady: number
  readonly revisionHistory: number
}

/** Parameters of a Job. */
export interface JobController {
  readonly kind: 'Job'
  readonly completionMode: 'NonIndexed' | 'Indexed'
  /** null: a work queue. */
  readonly completions: number | null
  readonly parallelism: number
  readonly backoffLimit: number
  readonly backoffLimitPerIndex: number | null
  readonly maxFailedIndexes: number | null
  /** null: none, and kept. */
  readonly activeDeadline: number | null
  readonly ttl: number | null
  readonly suspend: boolean
  readonly podFailurePolicy: readonly FailureRule[] | null
  readonly successPolicy: readonly SuccessRule[] | null
  readonly podReplacementPolicy: 'TerminatingOrFailed' | 'Failed'
}

/** What the failure of a pod means. */
export interface FailureRule {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count'
  readonly onExitCodes: { readonly container: string | null; readonly operator: 'In' | 'NotIn'; readonly values: readonly number[] } | null
  readonly onPodConditions: readonly { readonly type: string; readonly status: string }[]
}

/** Indexes that must succeed, or a number of them. */
export interface SuccessRule {
  readonly succeededIndexes: string | null
  readonly succeededCount: number | null
}

/** Parameters of a CronJob, and of the Jobs that it creates. */
export interface CronJobController {
  readonly kind: 'CronJob'
  readonly schedule: string
  /** null: UTC. */
  readonly timeZone: string | null
  readonly concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace'
  readonly startingDeadline: number | null
  readonly suspend: boolean
  readonly successfulJobsHistory: number
  readonly failedJobsHistory: number
  readonly job: JobController
}

/** How a Swarm service is updated or rolled back. */
export interface SwarmUpdate {
  /** Tasks at once; 0: all. */
  readonly parallelism: number
  readonly delay: number
  readonly failureAction: 'pause' | 'continue' | 'rollback'
  readonly monitor: number
  /** Share of failed tasks that is tolerated. */
  readonly maxFailureRatio: number
  readonly order: 'stop-first' | 'start-first'
}

/** Parameters of a service of Docker Swarm. */
export interface SwarmController {
  readonly kind: 'SwarmService'
  readonly mode: 'replicated' | 'global' | 'replicated-job' | 'global-job'
  readonly update: SwarmUpdate
  readonly rollback: SwarmUpdate
  readonly restart: {
    readonly condition: 'none' | 'on-failure' | 'any'
    readonly delay: number
    /** null: for ever. */
    readonly maxAttempts: number | null
    readonly window: number
  }
  /** 0: no limit. */
  readonly maxReplicasPerNode: number
  readonly constraints: readonly string[]
  /** Node labels over whose values the tasks are spread, in order. */
  readonly preferences: readonly string[]
}

/** Parameters of a service of Amazon ECS. */
export interface EcsController {
  readonly kind: 'EcsService'
  readonly launchType: string
  readonly scheduling: 'REPLICA' | 'DAEMON'
  /** Percent of the desired count. */
  readonly minimumHealthyPercent: number
  readonly maximumPercent: number
  readonly circuitBreaker: { readonly enable: boolean; readonly rollback: boolean }
  readonly healthCheckGrace: number
  /** Whether a load balancer sends requests to the tasks, and checks them. */
  readonly loadBalanced: boolean
  readonly placementConstraints: readonly { readonly type: string; readonly expression: string }[]
  readonly placementStrategy: readonly { readonly type: string; readonly field: string }[]
}

/** Parameters of an app of Marathon. */
export interface MarathonController {
  readonly kind: 'MarathonApp'
  /** Shares of the instances. */
  readonly minimumHealthCapacity: number
  readonly maximumOverCapacity: number
  readonly backoff: { readonly first: number; readonly factor: number; readonly max: number }
  readonly unreachable: { readonly inactiveAfter: number; readonly expungeAfter: number } | null
  readonly killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST'
  readonly taskKillGrace: number
  readonly constraints: readonly (readonly string[])[]
  readonly dependencies: readonly string[]
}

/** A name under which pods are reached. */
export interface ManifestService extends Named {
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  readonly headless: boolean
  /** null: endpoints are made by hand. */
  readonly selector: Readonly<Record<string, string>> | null
  readonly ports: readonly ServicePort[]
  /** null: no session affinity; otherwise how long a client stays with its pod. */
  readonly affinityTimeout: number | null
  readonly externalTrafficPolicy: 'Cluster' | 'Local'
  readonly internalTrafficPolicy: 'Cluster' | 'Local'
  readonly publishNotReady: boolean
  /** Empty: any endpoint. */
  readonly trafficDistribution: string
}

/** A port of a service. */
export interface ServicePort {
  readonly name: string
  readonly port: number
  /** Number, or name of a container's port. */
  readonly targetPort: number | string
  readonly protocol: string
  /** 0: allocated by the cluster, or none. */
  readonly nodePort: number
  readonly place: Place
}

/** Routes of HTTP requests by host and path. */
export interface Ingress extends Named {
  readonly className: string
  readonly tls: boolean
  readonly routes: readonly IngressRoute[]
}

/** One route; the default backend has neither host nor path. */
export interface IngressRoute {
  readonly host: string
  readonly path: string
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific'
  readonly service: string
  readonly port: number | string
  readonly place: Place
}

/** A HorizontalPodAutoscaler. */
export interface Autoscaler extends Named {
  readonly target: { readonly kind: string; readonly name: string }
  readonly min: number
  readonly max: number
  readonly metrics: readonly ScalingMetric[]
  /** Whether the manifest has rules of its own; without them the controller uses older limits of its own instead of the rules below. */
  readonly behavior: boolean
  readonly scaleUp: ScalingRules
  readonly scaleDown: ScalingRules
}

/** What an autoscaler compares with its target. */
export interface ScalingMetric {
  readonly type: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External'
  readonly name: string
  /** Container of a ContainerResource; empty without. */
  readonly container: string
  readonly target: { readonly type: 'Utilization' | 'Value' | 'AverageValue'; readonly value: number }
}

/** How fast an autoscaler may change the number of pods. */
export interface ScalingRules {
  readonly stabilization: number
  readonly select: 'Max' | 'Min' | 'Disabled'
  readonly policies: readonly { readonly type: 'Pods' | 'Percent'; readonly value: number; readonly period: number }[]
}

/** A PodDisruptionBudget. */
export interface DisruptionBudget extends Named {
  readonly selector: Selector | null
  readonly minAvailable: CountOrPercent | null
  readonly maxUnavailable: CountOrPercent | null
  readonly unhealthyPods: 'IfHealthyBudget' | 'AlwaysAllow'
}

/** A PriorityClass. */
export interface PriorityClass extends Named {
  readonly value: number
  readonly isDefault: boolean
  readonly preemption: 'PreemptLowerPriority' | 'Never'
}

/** A ResourceQuota: `requests.cpu` and the like [millicores, bytes, counts]. */
export interface Quota extends Named {
  readonly hard: Amounts
  /** All must hold. */
  readonly scopes: readonly QuotaScope[]
}

/** A LimitRange. */
export interface LimitRange extends Named {
  readonly limits: readonly LimitRangeItem[]
}

/** Defaults and bounds of a LimitRange for one type. */
export interface LimitRangeItem {
  readonly type: string
  readonly max: Amounts
  readonly min: Amounts
  readonly defaults: Amounts
  readonly defaultRequests: Amounts
  /** Largest limit over request, in thousandths. */
  readonly maxRatio: Amounts
}

/** A PersistentVolume. */
export interface PersistentVolume extends Named {
  readonly capacity: number
  readonly modes: readonly string[]
  readonly storageClass: string
  readonly volumeMode: 'Filesystem' | 'Block'
  readonly reclaim: 'Retain' | 'Delete' | 'Recycle'
  /** The claim it is reserved for, `namespace/name`; empty without. */
  readonly claim: string
  readonly nodeRequired: readonly NodeTerm[]
  /** The driver that attaches it; empty: it needs no attachment. */
  readonly driver: string
}

/** A PersistentVolumeClaim. */
export interface VolumeClaim extends Named {
  readonly request: number
  readonly modes: readonly string[]
  /** null: the default class; empty: none, a volume made by hand. */
  readonly storageClass: string | null
  readonly volumeMode: 'Filesystem' | 'Block'
  readonly volumeName: string
  readonly selector: Selector | null
}

/** A StorageClass. */
export interface StorageClass extends Named {
  readonly provisioner: string
  readonly isDefault: boolean
  readonly binding: 'Immediate' | 'WaitForFirstConsumer'
  readonly reclaim: 'Retain' | 'Delete'
  readonly expandable: boolean
  /** Zones in which volumes are made; empty: any. */
  readonly zones: readonly string[]
}

/** A ConfigMap or a Secret: its keys and size. */
export interface Config extends Named {
  readonly keys: readonly string[]
  readonly bytes: number
}

/** A Node. */
export interface ManifestNode extends Named {
  readonly allocatable: Amounts
  readonly taints: readonly Taint[]
  readonly unschedulable: boolean
}
