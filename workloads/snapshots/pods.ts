/** Pods of a snapshot as the scheduler reads them. */
import type { KubeContainer, KubePod, KubePort, KubeVolume } from '../../sim/index.ts'
import { withResize, resizesOf } from './resizes.ts'
import type { JsonPart } from '../traces/document.ts'
import { instantOf } from '../traces/time.ts'
import { affinityOf, spreadOf, tolerationOf } from './affinity.ts'
import { amountsOf, labelsOf, listOf, optional, textOf, wholeOf } from './parts.ts'

/** A pod with what decides how a snapshot treats it. */
export interface SnapshotPod {
  readonly pod: KubePod
  /** Succeeded or failed: it occupies nothing. */
  readonly finished: boolean
  /** Name of its scheduler. */
  readonly scheduler: string
  /** [µs since 1970]; 0 without it. */
  readonly created: number
  /** Name of its priority class; empty once the number is set, or without one. */
  readonly priorityClass: string
  /** Whether it requests devices through claims, which are not modelled. */
  readonly claimsDevices: boolean
}

/** A controller of the pod, among its owners. */
function ownerOf(metadata: JsonPart): { readonly kind: string; readonly name: string } | null {
  const owner = listOf(metadata.at('ownerReferences'), (one) => one).find((one) => one.at('controller').value === true)
  return owner === undefined ? null : { kind: owner.at('kind').text(), name: owner.at('name').text() }
}

const portOf = (part: JsonPart): KubePort => ({
  containerPort: part.at('containerPort').whole(65_535),
  hostPort: optional(part.at('hostPort'), (port) => port.whole(65_535)),
  hostIP: textOf(part.at('hostIP')),
  protocol: textOf(part.at('protocol')),
})

function containerOf(part: JsonPart): KubeContainer {
  const resources = part.at('resources')
  const ports = listOf(part.at('ports'), portOf)
  return {
    image: textOf(part.at('image')),
    requests: amountsOf(resources.at('requests')),
    limits: amountsOf(resources.at('limits')),
    restartPolicy: optional(part.at('restartPolicy'), textOf),
    ...(ports.length === 0 ? {} : { ports }),
  }
}

/** Mounted claims. The claim of an ephemeral volume has the name of the pod and the volume. */
function volumesOf(part: JsonPart, pod: string): KubeVolume[] {
  return listOf(part, (one) => one).flatMap((volume): KubeVolume[] => {
    if (!volume.at('persistentVolumeClaim').missing) return [{ claim: volume.at('persistentVolumeClaim').at('claimName').text() }]
    if (!volume.at('ephemeral').missing) return [{ claim: `${pod}-${volume.at('name').text()}`, ephemeral: true }]
    return []
  })
}

const presentList = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list)

/** Whether the deletion of a terminating pod is a preemption by the scheduler. */
const isPreempted = (status: JsonPart): boolean =>
  listOf(status.at('conditions'), (one) => one).some(
    (one) =>
      one.at('type').value === 'DisruptionTarget' &&
      one.at('status').value === 'True' &&
      one.at('reason').value === 'PreemptionByScheduler',
  )

/** Reads a pod. Throws a TraceError. */
export function podOf(item: JsonPart): SnapshotPod {
  const metadata = item.at('metadata')
  const spec = item.at('spec')
  const status = item.at('status')
  const name = metadata.at('name').text()
  const terminating = !metadata.at('deletionTimestamp').missing
  const resized = resizesOf(status)
  const gates = listOf(spec.at('schedulingGates'), (gate) => gate.at('name').text())
  const pod: KubePod = {
    name,
    namespace: namespaceOf(metadata),
    labels: labelsOf(metadata.at('labels')),
    priority: spec.at('priority').missing ? 0 : wholeOf(spec.at('priority')),
    preemptionPolicy: optional(spec.at('preemptionPolicy'), textOf),
    startTime: optional(status.at('startTime'), (part) => instant(part) / 1e6),
    terminating,
    deletionGrace: optional(metadata.at('deletionGracePeriodSeconds'), wholeOf),
    preempted: terminating && isPreempted(status),
    owner: ownerOf(metadata),
    hostNetwork: spec.at('hostNetwork').value === true,
    nodeSelector: labelsOf(spec.at('nodeSelector')),
    affinity: optional(spec.at('affinity'), affinityOf),
    tolerations: presentList(listOf(spec.at('tolerations'), tolerationOf)),
    topologySpreadConstraints: presentList(listOf(spec.at('topologySpreadConstraints'), spreadOf)),
    overhead: amountsOf(spec.at('overhead')),
    containers: spec
      .at('containers')
      .list()
      .map((part) => withResize(containerOf(part), part, resized)),
    initContainers: presentList(listOf(spec.at('initContainers'), (part) => withResize(containerOf(part), part, resized))),
    podRequests: amountsOf(spec.at('resources').at('requests')),
    volumes: presentList(volumesOf(spec.at('volumes'), name)),
    schedulingGates: presentList(gates),
    node: optional(spec.at('nodeName'), textOf),
    nominatedNode: optional(status.at('nominatedNodeName'), textOf),
  }
  return {
    pod,
    finished: status.at('phase').value === 'Succeeded' || status.at('phase').value === 'Failed',
    scheduler: spec.at('schedulerName').missing ? 'default-scheduler' : textOf(spec.at('schedulerName')),
    created: metadata.at('creationTimestamp').missing ? 0 : instant(metadata.at('creationTimestamp')),
    priorityClass: spec.at('priority').missing ? textOf(spec.at('priorityClassName')) : '',
    claimsDevices: listOf(spec.at('resourceClaims'), () => 0).length > 0,
  }
}

/** The namespace of an object; without one it is in `default`. */
export const namespaceOf = (metadata: JsonPart): string => (metadata.at('namespace').missing ? 'default' : metadata.at('namespace').text())

function instant(part: JsonPart): number {
  return instantOf(part.text()) ?? part.refuse('a date and time such as 2026-01-31T12:00:00Z')
}
