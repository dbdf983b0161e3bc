/** What pods ask for, what a cluster offers, and how many must come so that a share of it is asked for. */
import type { PodShape } from '../../sim/index.ts'
import type { TraceShape } from '../traces/trace.ts'

/** What the whole cluster offers at the start: [millicores], [bytes], [milli-GPU]. */
export interface Capacity {
  readonly cpu: number
  readonly memory: number
  readonly gpu: number
}

export type Resource = keyof Capacity

/** The pod that asks for this, with what the experiment says about all of its background: usage, and a limit or none. */
export function podShape(shape: TraceShape, usage: number, limited: boolean, resources: Readonly<Record<string, number>> = {}): PodShape {
  return {
    cpu: shape.cpu,
    memory: shape.memory,
    limit: limited ? shape.cpu : 0,
    gpus: shape.gpus,
    gpuMilli: shape.gpuMilli,
    gpuModels: shape.gpuModels,
    usage,
    resources,
    labels: {},
    nodeSelector: {},
    tolerations: [],
    priority: 0,
  }
}

/** The request times `by`: CPU and memory, at least 1 millicore and 1 byte where it asks for any; devices stay whole. Throws a RangeError beyond 2^53. */
export function scaledShape(shape: TraceShape, by: number): TraceShape {
  const scaled = (amount: number): number => {
    const whole = amount === 0 ? 0 : Math.max(1, Math.floor(amount * by + 0.5))
    if (!Number.isSafeInteger(whole))
      throw new RangeError(`shape.scale: ${by}, which makes a request of ${amount} one of ${whole}; accepted: requests below 2^53`)
    return whole
  }
  return by === 1 ? shape : { ...shape, cpu: scaled(shape.cpu), memory: scaled(shape.memory) }
}

/** What a shape asks for of one resource. */
export function demandOf(shape: TraceShape, resource: Resource): number {
  return resource === 'gpu' ? shape.gpus * shape.gpuMilli : shape[resource]
}

/**
 * Little's law: pods that arrive at rate λ and stay D ask for λ E[demand D] at any time. The rate that asks for `share` of the
 * capacity [1/µs]; `demandTime` is E[demand D].
 */
export function rateFor(share: number, capacity: number, demandTime: number): number {
  return (share * capacity) / demandTime
}
