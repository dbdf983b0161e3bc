/** The kinds of objects: which are read, which change nothing, and which would matter. */
import { DEFAULT_NAMESPACE } from '../defaults.ts'
import type { Drafts } from '../drafts.ts'
import type { Named } from '../model.ts'
import type { Part } from '../part.ts'
import { daemonSetOf, deploymentOf, podWorkloadOf, replicaSetOf, statefulSetOf } from './controllers.ts'
import { cronJobOf, jobOf } from './jobs.ts'
import { autoscalerOf, budgetOf, limitRangeOf, namespaceOf, nodeOf, priorityClassOf, quotaOf } from './policies.ts'
import { ingressOf, serviceOf } from './services.ts'
import { claimOf, configOf, persistentVolumeOf, storageClassOf } from './storage.ts'

/** How a kind is read. */
export interface Kind {
  /** Versions that the API server of 1.34 serves. */
  readonly versions: readonly string[]
  /** Not in a namespace. */
  readonly cluster?: boolean
  read(named: Named, part: Part<never>, drafts: Drafts): void
}

const apps = ['apps/v1']
const batch = ['batch/v1']

/** By kind. */
export const KINDS: Readonly<Record<string, Kind>> = {
  Deployment: { versions: apps, read: (named, part, { workloads }) => void workloads.push(deploymentOf(named, part)) },
  ReplicaSet: { versions: apps, read: (named, part, { workloads }) => void workloads.push(replicaSetOf(named, part)) },
  StatefulSet: { versions: apps, read: (named, part, { workloads }) => void workloads.push(statefulSetOf(named, part)) },
  DaemonSet: { versions: apps, read: (named, part, { workloads }) => void workloads.push(daemonSetOf(named, part)) },
  Job: { versions: batch, read: (named, part, { workloads }) => void workloads.push(jobOf(named, part)) },
  CronJob: { versions: batch, read: (named, part, { workloads }) => void workloads.push(cronJobOf(named, part)) },
  Pod: { versions: ['v1'], read: (named, part, { workloads }) => void workloads.push(podWorkloadOf(named, part)) },
  Service: { versions: ['v1'], read: (named, part, { services }) => void services.push(serviceOf(named, part)) },
  Ingress: { versions: ['networking.k8s.io/v1'], read: (named, part, { ingresses }) => void ingresses.push(ingressOf(named, part)) },
  HorizontalPodAutoscaler: {
    versions: ['autoscaling/v2', 'autoscaling/v1'],
    read: (named, part, { autoscalers }) => void autoscalers.push(autoscalerOf(named, part)),
  },
  PodDisruptionBudget: { versions: ['policy/v1'], read: (named, part, { budgets }) => void budgets.push(budgetOf(named, part)) },
  PriorityClass: {
    versions: ['scheduling.k8s.io/v1'],
    cluster: true,
    read: (named, part, { priorityClasses }) => void priorityClasses.push(priorityClassOf(named, part)),
  },
  ResourceQuota: { versions: ['v1'], read: (named, part, { quotas }) => void quotas.push(quotaOf(named, part)) },
  LimitRange: { versions: ['v1'], read: (named, part, { limitRanges }) => void limitRanges.push(limitRangeOf(named, part)) },
  PersistentVolume: {
    versions: ['v1'],
    cluster: true,
    read: (named, part, { volumes }) => void volumes.push(persistentVolumeOf(named, part)),
  },
  PersistentVolumeClaim: { versions: ['v1'], read: (named, part, { claims }) => void claims.push(claimOf(named, part)) },
  StorageClass: {
    versions: ['storage.k8s.io/v1'],
    cluster: true,
    read: (named, part, { storageClasses }) => void storageClasses.push(storageClassOf(named, part)),
  },
  ConfigMap: { versions: ['v1'], read: (named, part, { configs }) => void configs.push(configOf(named, part)) },
  Secret: { versions: ['v1'], read: (named, part, { configs }) => void configs.push(configOf(named, part)) },
  Namespace: { versions: ['v1'], cluster: true, read: (named, part, { namespaces }) => void namespaces.push(namespaceOf(named, part)) },
  Node: { versions: ['v1'], cluster: true, read: (named, part, { nodes }) => void nodes.push(nodeOf(named, part)) },
}

/** Kinds without effect on what is simulated. */
const WITHOUT_EFFECT = new Set([
  ...['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'APIService', 'Event'],
  ...['Lease', 'ControllerRevision', 'CertificateSigningRequest', 'IngressClass', 'PodTemplate', 'ComponentStatus', 'CSIDriver', 'CSINode'],
  ...['ServiceMonitor', 'PodMonitor', 'PrometheusRule', 'Certificate', 'Issuer', 'ClusterIssuer', 'RuntimeClass', 'PodSecurityPolicy'],
])

/** Kinds whose effect is missing. */
const EFFECTS: Readonly<Record<string, string>> = {
  ReplicationController: 'it would create pods; write a ReplicaSet or a Deployment',
  NetworkPolicy: 'it may refuse connections',
  Endpoints: 'a Service would reach these addresses',
  EndpointSlice: 'a Service would reach these addresses',
  VerticalPodAutoscaler: 'it would change requests',
  ScaledObject: 'KEDA would change the number of pods',
  Rollout: 'it would create pods; write a Deployment',
  VolumeAttachment: 'a volume is attached to a node',
  MutatingWebhookConfiguration: 'it may change objects when they are created',
  ValidatingWebhookConfiguration: 'it may refuse objects',
  Gateway: 'it would route requests',
  HTTPRoute: 'it would route requests',
  VirtualService: 'it would route requests',
  SealedSecret: 'it would create a Secret',
  ExternalSecret: 'it would create a Secret',
}

/** What an unknown kind would change. */
export function effectOf(kind: string): { readonly matters: boolean; readonly why: string } {
  if (WITHOUT_EFFECT.has(kind)) return { matters: false, why: 'changes nothing that is simulated' }
  return { matters: true, why: EFFECTS[kind] ?? 'is not known, and may create pods or change them' }
}

/** The namespace of an object. */
export const namespaceIn = ({ cluster }: Kind, given: string | undefined): string => (cluster === true ? '' : (given ?? DEFAULT_NAMESPACE))
