/** Pods as manifests describe them. Times [µs], cpu [millicores], memory [bytes]; whole numbers. */
import type { Toleration } from '../../sim/index.ts'
import type { Place } from './findings.ts'

/** Amounts by resource: cpu in millicores, everything else in bytes or as a count. */
export type Amounts = Readonly<Record<string, number>>

/** A whole number, or a percentage such as "25%". */
export type CountOrPercent = number | string

/** Which pods belong: all labels equal, and all expressions true. Empty: every pod of the namespace. */
export interface Selector {
  readonly labels: Readonly<Record<string, string>>
  readonly expressions: readonly Expression[]
}

/** A condition on a label. */
export interface Expression {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values: readonly string[]
}

/** What the pods of a workload are. */
export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>
  readonly containers: readonly Container[]
  /** Init containers, with sidecars among them. */
  readonly init: readonly Container[]
  /** What the scheduler counts: containers, sidecars and init containers, with overhead. */
  readonly requests: Amounts
  /** Limits of the pod: only resources that every container and sidecar limits. */
  readonly limits: Amounts
  readonly overhead: Amounts
  /** Requests and limits written for the pod as a whole, which replace the sums. */
  readonly own: { readonly requests: Amounts; readonly limits: Amounts }
  readonly qos: 'Guaranteed' | 'Burstable' | 'BestEffort'
  readonly nodeName: string
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly affinity: Affinity
  readonly tolerations: readonly Tolerated[]
  readonly spread: readonly SpreadConstraint[]
  readonly priorityClass: string
  readonly priority: number
  readonly preemption: 'PreemptLowerPriority' | 'Never'
  readonly grace: number
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never'
  readonly scheduler: string
  /** activeDeadlineSeconds is set, which decides about scopes of quotas. */
  readonly hasDeadline: boolean
  readonly hostNetwork: boolean
  readonly volumes: readonly Volume[]
  /** Config maps, secrets and claims that must exist before the containers start. */
  readonly needs: readonly Need[]
}

/** A toleration; seconds are those after which a NoExecute taint evicts, null for ever. */
export interface Tolerated extends Toleration {
  readonly evictAfter: number | null
}

/** One container. */
export interface Container {
  readonly name: string
  readonly image: string
  readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never'
  readonly requests: Amounts
  readonly limits: Amounts
  /** An init container that keeps running beside the others. */
  readonly sidecar: boolean
  readonly ports: readonly ContainerPort[]
  readonly readiness: Probe | null
  readonly liveness: Probe | null
  readonly startup: Probe | null
  readonly preStop: Hook | null
  readonly postStart: Hook | null
  readonly place: Place
}

/** A port on which a container listens. */
export interface ContainerPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  /** 0: none. */
  readonly hostPort: number
  readonly place: Place
}

/** How the health of a container is probed. */
export interface Probe {
  readonly action: 'httpGet' | 'tcpSocket' | 'exec' | 'grpc' | 'none'
  readonly initialDelay: number
  readonly period: number
  readonly timeout: number
  readonly successThreshold: number
  readonly failureThreshold: number
  /** Grace after a failed liveness probe; null: that of the pod. */
  readonly grace: number | null
}

/** What runs after the start, or before the end of a container. */
export interface Hook {
  readonly action: 'exec' | 'httpGet' | 'tcpSocket' | 'sleep'
  /** How long it takes, as far as its text says so; null: unknown. */
  readonly duration: number | null
}

/** Node and pod affinity. */
export interface Affinity {
  /** Terms of which one must hold; empty: no condition. */
  readonly nodeRequired: readonly NodeTerm[]
  readonly nodePreferred: readonly { readonly weight: number; readonly term: NodeTerm }[]
  readonly podRequired: readonly PodTerm[]
  readonly podPreferred: readonly { readonly weight: number; readonly term: PodTerm }[]
  readonly antiRequired: readonly PodTerm[]
  readonly antiPreferred: readonly { readonly weight: number; readonly term: PodTerm }[]
}

/** Conditions on the labels and fields of a node, of which all must hold. */
export interface NodeTerm {
  readonly labels: readonly Expression[]
  readonly fields: readonly Expression[]
}

/** Pods in the same or another domain. */
export interface PodTerm {
  readonly selector: Selector | null
  readonly topologyKey: string
  /** Empty: the pod's own namespace. */
  readonly namespaces: readonly string[]
  readonly namespaceSelector: Selector | null
}

/** Pods spread over domains. */
export interface SpreadConstraint {
  readonly topologyKey: string
  readonly maxSkew: number
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway'
  readonly selector: Selector | null
  readonly minDomains: number
  readonly nodeAffinityPolicy: 'Honor' | 'Ignore'
  readonly nodeTaintsPolicy: 'Honor' | 'Ignore'
}

/** A volume of a pod. */
export interface Volume {
  readonly name: string
  readonly kind: 'emptyDir' | 'hostPath' | 'configMap' | 'secret' | 'projected' | 'downwardAPI' | 'claim' | 'ephemeral' | 'other'
  /** Claim, config map, secret or path; empty without. */
  readonly source: string
  /** emptyDir: limit [bytes], null without; whether it is memory. */
  readonly sizeLimit: number | null
  readonly memory: boolean
}

/** An object that must exist before a pod starts. */
export interface Need {
  readonly kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim'
  readonly name: string
  readonly optional: boolean
  readonly place: Place
  readonly path: string
}
