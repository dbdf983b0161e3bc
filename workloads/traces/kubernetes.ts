/**
 * The kubernetes formats: what `kubectl get nodes -o json` and `kubectl get pods -A -o json` print. Nodes keep their allocatable amounts, labels, taints and zone;
 * the label kubernetes.io/hostname is left out, since it would make a kind of its own of every node. Source: Kubernetes API reference, Node and Pod, v1.
 */
import { UnitError } from '../../sim/index.ts'
import { effectiveAmounts, readAmount, type Counted } from '../manifests/quantities.ts'
import { readOnce } from './cache.ts'
import { documentOf, isJsonMap, type JsonMap, type JsonPart } from './document.ts'
import { TraceError } from './error.ts'
import type { RowFormat } from './format.ts'
import { Lines } from './lines.ts'
import { listedPods, plainShape, type ListedPod } from './listed.ts'
import { instantOf } from './time.ts'
import { Interner, type NodeShape, type NodeTrace, type TraceShape } from './trace.ts'

const GPU = 'nvidia.com/gpu'
const GPU_MODEL = 'nvidia.com/gpu.product'
const HOSTNAME = 'kubernetes.io/hostname'
const ZONES = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone']
/** Amounts that the simulation has no use for. */
const UNUSED = /^(ephemeral-storage|hugepages-.*|attachable-volumes-.*)$/
const FIRST = ['cpu', 'memory', 'pods', GPU]
const MAX_GPUS = 8
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const

/** Whether a document is a list of this kind, or one object of it. */
const isListOf =
  (kind: string) =>
  ({ kind: own, items }: JsonMap): boolean =>
    own === kind ||
    own === `${kind}List` ||
    (Array.isArray(items) && items.length > 0 && items.every((item) => isJsonMap(item) && item['kind'] === kind))

/** Whether a document is a list of nodes. */
export const isNodeList = isListOf('Node')

const itemsOf = (root: JsonPart): JsonPart[] => (root.at('items').missing ? [root] : root.at('items').list())

/** Reads a node list; the same file is parsed once per process. */
export const kubernetesNodes: (file: string) => NodeTrace = readOnce((file) => {
  const root = documentOf(new Lines(file))
  if (!isNodeList(root.map()))
    throw new TraceError({ file }, 'a document that is no list of nodes', 'the output of kubectl get nodes -o json')
  const shapes = new Interner<NodeShape>()
  const shape = itemsOf(root).map((item) => {
    const made = nodeOf(item)
    return shapes.number(JSON.stringify(made), () => made)
  })
  if (shape.length === 0) throw new TraceError({ file, column: 'items' }, 'no node', 'at least one node')
  return { file, length: shape.length, shapes: shapes.values, shape: Int32Array.from(shape) }
})

function nodeOf(item: JsonPart): NodeShape {
  const allocatable = item.at('status').either('allocatable', 'capacity')
  const given = allocatable.map()
  const labels = textsOf(item.at('metadata').at('labels'))
  const gpus = allocatable.at(GPU).missing ? 0 : amountOf(allocatable, GPU)
  if (gpus > MAX_GPUS) allocatable.at(GPU).refuse(`at most ${MAX_GPUS} devices`)
  const byName = new Map(labels)
  const taints = item.at('spec').at('taints')
  return {
    cpu: amountOf(allocatable, 'cpu'),
    memory: amountOf(allocatable, 'memory'),
    gpus,
    gpuModel: gpus === 0 ? '' : (byName.get(GPU_MODEL) ?? 'nvidia'),
    pods: allocatable.at('pods').missing ? 110 : amountOf(allocatable, 'pods'),
    zone: ZONES.map((label) => byName.get(label)).find((zone) => zone !== undefined) ?? '',
    labels: Object.fromEntries(labels.filter(([name]) => name !== HOSTNAME)),
    taints: taints.missing ? [] : taints.list().map(taintOf),
    resources: Object.fromEntries(
      Object.keys(given)
        .filter((name) => !FIRST.includes(name) && !UNUSED.test(name))
        .map((name) => [name, amountOf(allocatable, name)]),
    ),
  }
}

function taintOf(taint: JsonPart): { readonly key: string; readonly value: string; readonly effect: (typeof EFFECTS)[number] } {
  const value = taint.at('value')
  const effect = EFFECTS.find((one) => one === taint.at('effect').value)
  return {
    key: taint.at('key').text(),
    value: value.missing || value.value === '' ? '' : value.text(),
    effect: effect ?? taint.at('effect').refuse(EFFECTS.join(', ')),
  }
}

function textsOf(part: JsonPart): (readonly [string, string])[] {
  if (part.missing) return []
  return Object.keys(part.map()).map((name) => [name, part.at(name).value === '' ? '' : part.at(name).text()] as const)
}

/** An amount of a resource in a map of amounts; reports the accepted quantities otherwise. */
function amountOf(amounts: JsonPart, resource: string): number {
  const part = amounts.at(resource)
  try {
    return readAmount(resource, part.value)
  } catch (error) {
    if (!(error instanceof UnitError)) throw error
    return part.refuse(error.message.replace(/^.*; accepted: /, ''))
  }
}

export const kubernetesPods: RowFormat<'pods'> = {
  name: 'kubernetes-pods',
  kind: 'pods',
  title: 'pods as kubectl prints them: requests of their containers, creation, start and end',
  columns: ['items[].spec.containers[].resources.requests', 'items[].metadata.creationTimestamp', 'items[].status'],
  source: 'Kubernetes API reference, Pod v1',
  fits: () => false,
  document: isListOf('Pod'),
  open(lines) {
    const { file } = lines
    const shapes = new Interner<TraceShape>()
    const tenants = new Interner<string>()
    const items = itemsOf(documentOf(lines))
    if (items.length === 0) throw new TraceError({ file, column: 'items' }, 'no row', 'at least one pod')
    const pods = items.map((item, i): ListedPod => {
      const namespace = item.at('metadata').at('namespace')
      const space = namespace.missing ? 'default' : namespace.text()
      return { line: i + 1, ...timesOf(item), shape: shapeOf(item, shapes), tenant: tenants.number(space, () => space) }
    })
    const start = pods.reduce((least, { arrival }) => Math.min(least, arrival), Infinity)
    const running = pods.filter(({ duration }) => duration === Infinity).length
    const notes = running === 0 ? [] : [`${running} pods have not ended: they run for ever`]
    return listedPods(
      file,
      pods.map((pod) => ({ ...pod, arrival: pod.arrival - start })),
      shapes.values,
      tenants.values,
      notes,
    )
  },
}

/** What the scheduler counts of a pod. */
function shapeOf(item: JsonPart, shapes: Interner<TraceShape>): number {
  const spec = item.at('spec')
  const counted = (key: string): Counted[] => (spec.at(key).missing ? [] : spec.at(key).list().map(countedOf))
  const overhead = spec.at('overhead').missing ? {} : amountsOf(spec.at('overhead'))
  const { cpu = 0, memory = 0, [GPU]: gpus = 0 } = effectiveAmounts(counted('containers'), counted('initContainers'), overhead)
  if (gpus > MAX_GPUS) spec.refuse(`at most ${MAX_GPUS} devices`)
  return shapes.number(`${cpu} ${memory} ${gpus}`, () => ({ ...plainShape(cpu, memory), gpus, gpuMilli: gpus === 0 ? 0 : 1000 }))
}

function countedOf(container: JsonPart): Counted {
  const requests = container.at('resources').at('requests')
  return { amounts: requests.missing ? {} : amountsOf(requests), sidecar: container.at('restartPolicy').value === 'Always' }
}

/** The amounts that the simulation has a use for. */
const amountsOf = (part: JsonPart): Record<string, number> =>
  Object.fromEntries(['cpu', 'memory', GPU].filter((name) => !part.at(name).missing).map((name) => [name, amountOf(part, name)]))

/** From creation to the last end of a container; -1: never scheduled. */
function timesOf(item: JsonPart): { readonly arrival: number; readonly duration: number } {
  const status = item.at('status')
  const arrival = instant(item.at('metadata').at('creationTimestamp'))
  const containers = status.at('containerStatuses')
  const ends = (containers.missing ? [] : containers.list()).map((container) => container.at('state').at('terminated').at('finishedAt'))
  const started = status.at('startTime')
  if (started.missing) return { arrival, duration: -1 }
  if (ends.length === 0 || ends.some(({ missing }) => missing)) return { arrival, duration: Infinity }
  return { arrival, duration: Math.max(0, Math.max(...ends.map(instant)) - instant(started)) }
}

function instant(part: JsonPart): number {
  return instantOf(part.text()) ?? part.refuse('a date and time such as 2026-01-31T12:00:00Z')
}
