/**
 * Pod classes: pods with equal requests, selectors, tolerations, labels and priority share a row, and what depends on the class only is
 * computed once. A shape object is looked up by identity first, so that a source that returns the same objects pays nothing per pod.
 */
import { MAX_CLASSES } from './entries.ts'
import { entryOf } from '../common/dictionary.ts'
import type { PodClassId } from '../common/ids.ts'
import { sortedEntries } from '../common/sorted.ts'
import { ColumnTable } from '../common/table.ts'
import { assertWhole } from '../common/whole.ts'
import type { PodShape } from './spec.ts'
import { CPU, DEVICES, FIRST_NAMED, MEMORY, MILLI, PODS } from './views.ts'
import type { ClassesView } from './views.ts'

/** The columns of all pod classes; see `ClassesView` for their meaning. */
export class Classes extends ColumnTable implements ClassesView {
  count = 0
  readonly request: Float64Array[]
  cpu!: Float64Array
  memory!: Float64Array
  readonly limit = this.column(Float64Array)
  readonly usage = this.column(Float64Array)
  readonly gpus = this.column(Uint8Array)
  readonly gpuMilli = this.column(Int32Array)
  readonly priority = this.column(Int32Array)
  readonly tenant = this.column(Int32Array)
  readonly tenants: string[] = ['']
  /** The shape of each class, for what is read rarely. */
  readonly shapes: PodShape[] = []
  /** Whether the class requests a resource that the cluster does not count, so that it fits no node. */
  readonly impossible: boolean[] = []
  /** Weak: a source that creates an object per pod is slow, but does not fill the memory. */
  private readonly byShape = new WeakMap<PodShape, number>()
  private readonly byKey = new Map<string, number>()
  private readonly resources: readonly string[]

  constructor(resources: readonly string[]) {
    super()
    this.resources = resources
    this.request = this.columns(Float64Array, resources.length)
    this.grew()
  }

  intern(shape: PodShape): PodClassId {
    const known = this.byShape.get(shape)
    if (known !== undefined) return known
    assertShape(shape)
    const key = canonical(shape)
    let row = this.byKey.get(key)
    if (row === undefined) {
      row = this.add(shape)
      this.byKey.set(key, row)
    }
    this.byShape.set(shape, row)
    return row
  }

  private add(shape: PodShape): PodClassId {
    if (this.count === MAX_CLASSES)
      throw new RangeError(`the run has more than ${MAX_CLASSES} different pods; accepted: at most that number of shapes`)
    const row = this.count++
    this.reserve(this.count)
    this.request[CPU][row] = shape.cpu
    this.request[MEMORY][row] = shape.memory
    this.request[PODS][row] = 1
    for (let resource = FIRST_NAMED; resource < this.resources.length; resource++) {
      this.request[resource][row] = entryOf(shape.resources, this.resources[resource]) ?? 0
    }
    this.limit[row] = shape.limit
    this.usage[row] = shape.usage
    this.gpus[row] = shape.gpus
    this.gpuMilli[row] = shape.gpus === 0 ? 0 : shape.gpuMilli
    this.priority[row] = shape.priority
    this.tenant[row] = this.tenantRow(shape.tenant ?? '')
    this.shapes.push(shape)
    this.impossible.push(Object.entries(shape.resources).some(([name, amount]) => amount > 0 && !this.resources.includes(name)))
    return row
  }

  private tenantRow(name: string): number {
    const known = this.tenants.indexOf(name)
    return known >= 0 ? known : this.tenants.push(name) - 1
  }

  protected override grew(): void {
    this.cpu = this.request[CPU]
    this.memory = this.request[MEMORY]
  }
}

/** The same text for equal shapes, whatever the order of their keys and lists. */
function canonical(shape: PodShape): string {
  const { gpus } = shape
  return JSON.stringify([
    shape.cpu,
    shape.memory,
    shape.limit,
    gpus,
    gpus === 0 ? 0 : shape.gpuMilli,
    gpus === 0 ? [] : [...shape.gpuModels].sort(),
    shape.usage,
    shape.priority,
    shape.tenant ?? '',
    sortedEntries(shape.resources).filter(([, amount]) => amount !== 0),
    sortedEntries(shape.labels),
    sortedEntries(shape.nodeSelector),
    shape.tolerations.map((t) => JSON.stringify([t.key, t.operator, t.value, t.effect])).sort(),
    ...(shape.reach ?? []).map(({ key, values }) => JSON.stringify([key, [...values].sort()])).sort(),
    ...(shape.rules === undefined ? [] : [shape.rules]),
  ])
}

function assertShape(shape: PodShape): void {
  assertWhole(shape.cpu, 'the cpu request of a pod [millicores]')
  assertWhole(shape.memory, 'the memory request of a pod [bytes]')
  assertWhole(shape.limit, 'the cpu limit of a pod [millicores]')
  assertWhole(shape.gpus, 'the number of devices of a pod', DEVICES)
  for (const [name, amount] of Object.entries(shape.resources)) assertWhole(amount, `the request of a pod for ${name}`)
  if (!(shape.usage >= 0 && shape.usage < Infinity))
    throw new Error(`the usage of a pod is ${shape.usage}; accepted: a share of its request, 0 or more`)
  if ((shape.priority | 0) !== shape.priority)
    throw new Error(`the priority of a pod is ${shape.priority}; accepted: a whole number of 32 bits`)
  if (shape.gpus > 0) {
    const min = shape.gpus === 1 ? 1 : MILLI
    assertWhole(shape.gpuMilli, `the milli-GPU per device of a pod with ${shape.gpus} devices`, MILLI)
    if (shape.gpuMilli < min) {
      throw new Error(
        `a pod requests ${shape.gpus} devices with ${shape.gpuMilli} milli-GPU each; accepted: 1 to ${MILLI} of one device, or ${MILLI} of several`,
      )
    }
  }
  for (const { key, operator } of shape.tolerations) {
    if (key === '' && operator !== 'Exists')
      throw new Error(`a toleration without a key has operator ${operator}; accepted: Exists, which tolerates every key`)
  }
}
