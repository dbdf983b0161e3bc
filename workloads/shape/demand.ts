/** Requests of pods, capacity of a cluster, and the rate of pods that request a share of it. */
import type { PodShape } from '../../sim/index.ts'
import type { TraceShape } from '../traces/trace.ts'

/** Capacity of the initial nodes of a cluster: [millicores], [bytes], [milli-GPU]. */
export interface Capacity {
  readonly cpu: number
  readonly memory: number
  readonly gpu: number
}

export type Resource = keyof Capacity

/** The pod shape of a recorded request, with the usage and the limit that the experiment sets for its source. */
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

/** CPU and memory of a request multiplied by `by`, at least 1 millicore and 1 byte unless they are 0; devices are not changed. Throws a RangeError beyond 2^53. */
export function scaledShape(shape: TraceShape, by: number): TraceShape {
  const scaled = (amount: number): number => {
    const whole = amount === 0 ? 0 : Math.max(1, Math.floor(amount * by + 0.5))
    if (!Number.isSafeInteger(whole))
      throw new RangeError(`shape.scale: ${by} scales a request of ${amount} to ${whole}; accepted: requests below 2^53`)
    return whole
  }
  return by === 1 ? shape : { ...shape, cpu: scaled(shape.cpu), memory: scaled(shape.memory) }
}

/** Request of one resource. */
export function demandOf(shape: TraceShape, resource: Resource): number {
  return resource === 'gpu' ? shape.gpus * shape.gpuMilli : shape[resource]
}

/**
 * The rate of pods [1/µs] that request `share` of the capacity on average, by Little's law: pods that arrive at rate λ and run for D
 * request λ E[demand × D]. `demandTime` is E[demand × D].
 */
export function rateFor(share: number, capacity: number, demandTime: number): number {
  return (share * capacity) / demandTime
}
