/** The other objects of a snapshot as the scheduler reads them. */
import type { KubeBudget, KubeNode, KubeService, KubeWorkload } from '../../sim/index.ts'
import type { JsonPart } from '../traces/document.ts'
import { effectOf } from './affinity.ts'
import { amountsOf, labelsOf, listOf, selectorOf, textOf, wholeOf } from './parts.ts'
import { namespaceOf } from './pods.ts'

const identity = (item: JsonPart): { readonly namespace: string; readonly name: string } => ({
  namespace: namespaceOf(item.at('metadata')),
  name: item.at('metadata').at('name').text(),
})

/** A node with its allocatable amounts, or its capacity where the kubelet reported no others. */
export function nodeOf(item: JsonPart): KubeNode {
  const spec = item.at('spec')
  const status = item.at('status')
  const amounts = status.either('allocatable', 'capacity')
  return {
    name: item.at('metadata').at('name').text(),
    labels: labelsOf(item.at('metadata').at('labels')),
    allocatable: amountsOf(amounts) ?? amounts.refuse('the amounts that pods may request, such as { cpu: 4, memory: 16Gi, pods: 110 }'),
    taints: listOf(spec.at('taints'), (taint) => ({
      key: taint.at('key').text(),
      value: textOf(taint.at('value')),
      effect: effectOf(taint.at('effect')),
    })),
    unschedulable: spec.at('unschedulable').value === true,
    images: listOf(status.at('images'), (image) => ({
      names: listOf(image.at('names'), textOf),
      size: image.at('sizeBytes').missing ? 0 : image.at('sizeBytes').whole(Number.MAX_SAFE_INTEGER),
    })),
  }
}

/** A namespace; the API server sets the label of its name. */
export function namespaceObject(item: JsonPart): { readonly name: string; readonly labels: Readonly<Record<string, string>> } {
  const name = item.at('metadata').at('name').text()
  return { name, labels: { 'kubernetes.io/metadata.name': name, ...labelsOf(item.at('metadata').at('labels')) } }
}

/** A Service; one without a selector selects nothing. */
export const serviceOf = (item: JsonPart): KubeService => ({ ...identity(item), selector: labelsOf(item.at('spec').at('selector')) })

/** A ReplicaSet, StatefulSet or ReplicationController. */
export function workloadOf(item: JsonPart): KubeWorkload {
  const kind = item.at('kind').text()
  const selector = item.at('spec').at('selector')
  return {
    kind,
    ...identity(item),
    selector: kind === 'ReplicationController' ? { matchLabels: labelsOf(selector) ?? {} } : selectorOf(selector),
  }
}

/** A PodDisruptionBudget with its status. */
export const budgetOf = (item: JsonPart): KubeBudget => ({
  ...identity(item),
  selector: selectorOf(item.at('spec').at('selector')),
  disruptionsAllowed: item.at('status').at('disruptionsAllowed').missing ? 0 : wholeOf(item.at('status').at('disruptionsAllowed')),
  disruptedPods: item.at('status').at('disruptedPods').missing ? [] : Object.keys(item.at('status').at('disruptedPods').map()),
})

/** A PriorityClass. */
export interface SnapshotPriorityClass {
  readonly name: string
  readonly value: number
  readonly isDefault: boolean
  readonly preemptionPolicy: string
}

/** Reads a PriorityClass. */
export const priorityClassOf = (item: JsonPart): SnapshotPriorityClass => ({
  name: item.at('metadata').at('name').text(),
  value: wholeOf(item.at('value')),
  isDefault: item.at('globalDefault').value === true,
  preemptionPolicy: textOf(item.at('preemptionPolicy')),
})
