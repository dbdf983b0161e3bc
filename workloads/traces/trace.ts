/** What a reader makes of a trace, whatever its format: columns, and the few different shapes that the rows share. */

/** Resource request of a pod, without what an experiment adds (usage, limit). [millicores], [bytes], [milli-GPU each]. */
export interface TraceShape {
  readonly cpu: number
  readonly memory: number
  readonly gpus: number
  readonly gpuMilli: number
  /** Accepted models, sorted; empty: any. */
  readonly gpuModels: readonly string[]
}

/** Pods, a row each, in the order of the file. Times [µs] from the start of the trace. */
export interface PodTrace {
  readonly file: string
  readonly length: number
  readonly shapes: readonly TraceShape[]
  /** Place in `shapes`. */
  readonly shape: Int32Array
  readonly created: Float64Array
  /** -1: never scheduled. */
  readonly scheduled: Float64Array
  readonly deleted: Float64Array
  /** Place in `qosNames` and in `phaseNames`. */
  readonly qos: Uint8Array
  readonly qosNames: readonly string[]
  readonly phase: Uint8Array
  readonly phaseNames: readonly string[]
}

export interface NodeShape {
  readonly cpu: number
  readonly memory: number
  readonly gpus: number
  /** Empty without devices. */
  readonly gpuModel: string
}

/** Nodes, a row each, in the order of the file. */
export interface NodeTrace {
  readonly file: string
  readonly length: number
  readonly shapes: readonly NodeShape[]
  readonly shape: Int32Array
}

/** Gives equal values one number, counted in the order of their first appearance. */
export class Interner<T> {
  readonly values: T[] = []
  private readonly known = new Map<string, number>()

  /** The number of the value with this key; `make` is asked once. */
  number(key: string, make: () => T): number {
    let number = this.known.get(key)
    if (number === undefined) {
      number = this.values.length
      this.values.push(make())
      this.known.set(key, number)
    }
    return number
  }
}
