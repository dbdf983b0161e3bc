/**
 * Pod classes: pods that ask for the same, with the same selectors, tolerations, labels and priority, are one row here, and what depends on it is
 * computed once. A shape object is looked up by identity first, so that a source which hands out the same objects pays nothing per pod.
 */
import { grown } from '../columns.ts'
import type { PodShape } from '../workload.ts'
import { CPU, FIRST_NAMED, MEMORY, PODS } from './views.ts'
import type { ClassesView } from './views.ts'

const FIRST = 64

export class Classes implements ClassesView {
  count = 0
  readonly request: Float64Array[]
  cpu!: Float64Array
  memory!: Float64Array
  limit = new Float64Array(FIRST)
  usage = new Float64Array(FIRST)
  gpus = new Uint8Array(FIRST)
  gpuMilli = new Int32Array(FIRST)
  priority = new Int32Array(FIRST)
  /** The shape of each class, for what is asked seldom. */
  readonly shapes: PodShape[] = []
  /** Asks for a resource that no node of the run knows: fits nowhere. */
  readonly impossible: boolean[] = []
  private readonly byShape = new Map<PodShape, number>()
  private readonly byKey = new Map<string, number>()

  private readonly resources: readonly string[]

  constructor(resources: readonly string[]) {
    this.resources = resources
    this.request = resources.map(() => new Float64Array(FIRST))
    this.alias()
  }

  intern(shape: PodShape): number {
    const known = this.byShape.get(shape)
    if (known !== undefined) return known
    const key = canonical(shape)
    let row = this.byKey.get(key)
    if (row === undefined) {
      row = this.add(shape)
      this.byKey.set(key, row)
    }
    this.byShape.set(shape, row)
    return row
  }

  private add(shape: PodShape): number {
    const row = this.count++
    if (row === this.limit.length) this.grow()
    this.request[CPU][row] = shape.cpu
    this.request[MEMORY][row] = shape.memory
    this.request[PODS][row] = 1
    for (let resource = FIRST_NAMED; resource < this.resources.length; resource++) {
      this.request[resource][row] = shape.resources[this.resources[resource]] ?? 0
    }
    this.limit[row] = shape.limit
    this.usage[row] = shape.usage
    this.gpus[row] = shape.gpus
    this.gpuMilli[row] = shape.gpuMilli
    this.priority[row] = shape.priority
    this.shapes.push(shape)
    this.impossible.push(Object.entries(shape.resources).some(([name, amount]) => amount > 0 && !this.resources.includes(name)))
    return row
  }

  private grow(): void {
    const length = this.limit.length * 2
    for (let resource = 0; resource < this.request.length; resource++) this.request[resource] = grown(this.request[resource], length)
    this.limit = grown(this.limit, length)
    this.usage = grown(this.usage, length)
    this.gpus = grown(this.gpus, length)
    this.gpuMilli = grown(this.gpuMilli, length)
    this.priority = grown(this.priority, length)
    this.alias()
  }

  private alias(): void {
    this.cpu = this.request[CPU]
    this.memory = this.request[MEMORY]
  }
}

/** The same text for equal shapes, whatever the order of their keys. */
function canonical(shape: PodShape): string {
  const sorted = (map: Readonly<Record<string, string | number>>) => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return JSON.stringify([
    shape.cpu, shape.memory, shape.limit, shape.gpus, shape.gpuMilli, [...shape.gpuModels].sort(), shape.usage, shape.priority,
    sorted(shape.resources), sorted(shape.labels), sorted(shape.nodeSelector),
    shape.tolerations.map((t) => [t.key, t.operator, t.value, t.effect].join('\n')).sort(),
  ])
}
