/** Small builders for packing problems. Tests read: four pods of 300m into nodes of 1000m. */
import { DEVICES, FIRST_NAMED, MILLI, type ClassesView, type Column } from '../cluster/views.ts'
import type { BinType, PackingProblem } from './policy.ts'

export interface Pod {
  readonly cpu?: number
  readonly memory?: number
  readonly gpus?: number
  readonly gpuMilli?: number
  readonly named?: readonly number[]
  /** Pods of another kind are another class, even with the same demand. */
  readonly kind?: string
}

export interface Bin {
  readonly cpu?: number
  readonly memory?: number
  readonly pods?: number
  readonly named?: readonly number[]
  /** Free milli-GPU of each device. */
  readonly devices?: readonly number[]
  /** Refuses these kinds of pods. */
  readonly refuses?: readonly string[]
}

export interface Type extends Bin {
  readonly price?: number
  readonly limit?: number
}

export const PLENTY = 2 ** 40

/** Classes of the pods (equal ones share a row), and the class of each pod. */
export function classesOf(pods: readonly Pod[], named: number): { classes: ClassesView; podClass: Int32Array; kinds: string[] } {
  const rows: Required<Pod>[] = []
  const byKey = new Map<string, number>()
  const podClass = Int32Array.from(pods, (pod) => {
    const full = {
      cpu: 0,
      memory: 0,
      gpus: 0,
      gpuMilli: pod.gpus ? MILLI : 0,
      kind: '',
      ...pod,
      named: Array.from({ length: named }, (_, i) => pod.named?.[i] ?? 0),
    }
    const key = JSON.stringify(full, Object.keys(full).sort())
    if (!byKey.has(key)) byKey.set(key, rows.push(full) - 1)
    return byKey.get(key)!
  })
  const column = (of: (row: Required<Pod>) => number): Column => Float64Array.from(rows, of)
  const cpu = column((row) => row.cpu)
  const memory = column((row) => row.memory)
  const zero = column(() => 0)
  const request = [cpu, memory, column(() => 1), ...Array.from({ length: named }, (_, i) => column((row) => row.named[i]))]
  const classes: ClassesView = {
    count: rows.length,
    request,
    cpu,
    memory,
    limit: zero,
    usage: zero,
    gpus: column((row) => row.gpus),
    gpuMilli: column((row) => row.gpuMilli),
    priority: zero,
    tenant: zero,
    tenants: [''],
  }
  return { classes, podClass, kinds: rows.map((row) => row.kind) }
}

/** Amounts that are not given are PLENTY, but there are no devices by default. */
export function problem(pods: readonly Pod[], bins: readonly Bin[], types: readonly Type[]): PackingProblem {
  const named = Math.max(0, ...[...pods, ...bins, ...types].map((x) => x.named?.length ?? 0))
  const { classes, podClass, kinds } = classesOf(pods, named)
  const vector = (bin: Bin): number[] => [
    bin.cpu ?? PLENTY,
    bin.memory ?? PLENTY,
    bin.pods ?? PLENTY,
    ...Array.from({ length: named }, (_, i) => bin.named?.[i] ?? PLENTY),
  ]
  const vectors = bins.map(vector)
  const freeDevice = new Int32Array(bins.length * DEVICES)
  bins.forEach((bin, row) => freeDevice.set(bin.devices ?? [], row * DEVICES))
  return {
    items: pods.length,
    podClass,
    classes,
    bins: bins.length,
    free: Array.from({ length: FIRST_NAMED + named }, (_, r) => Float64Array.from(vectors, (amounts) => amounts[r])),
    freeDevice,
    binAdmits: (row, bin) => !(bins[bin].refuses ?? []).includes(kinds[row]),
    types: types.map((type, row): BinType => ({
      name: `type-${row}`,
      capacity: vector(type),
      devices: type.devices?.length ?? 0,
      price: type.price ?? 0,
      limit: type.limit ?? Infinity,
      admits: (podClassRow) => !(type.refuses ?? []).includes(kinds[podClassRow]),
    })),
  }
}

/** Textbook instances: sizes of one dimension into bins of one capacity, without limit. */
export const line = (sizes: readonly number[], capacity: number): PackingProblem =>
  problem(
    sizes.map((cpu) => ({ cpu })),
    [],
    [{ cpu: capacity }],
  )
