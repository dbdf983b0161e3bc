/** A user's own replica autoscaler: the doors through which a default export becomes a member of the axis. */
import type { Adopted, OwnAlgorithm } from '../../common/adopt.ts'
import { adoptPeriodic } from '../own.ts'
import type { Axis, GivenValues } from '../own.ts'
import type { LoadView, ReplicaAutoscaler, ReplicaAutoscalerDefinition, ReplicasContext } from './policy.ts'

/** The narrow door: a pure question. Keep no state in the object, all services of a run share it; `create` is for that. */
export interface OwnReplicaAutoscaler extends OwnAlgorithm {
  /** Time between two questions: '15s' (the default) or whole µs; a parameter named `every` comes first. */
  readonly every?: string | number
  /** The wanted number of replicas; the caller clamps to the service's bounds. */
  desired(target: LoadView, values: GivenValues): number
}

const axis: Axis<ReplicaAutoscaler, LoadView, number> = {
  family: 'replica autoscaler',
  question: 'desired',
  every: 15_000_000, // as the HPA
  check: (name, answer) => {
    if (typeof answer === 'number' && Number.isInteger(answer) && answer >= 0) return answer
    throw new Error(`${name}: desired must return a whole number of replicas from 0, found ${String(answer)}`)
  },
  make: (every, desired) => ({ every, desired }),
}

/** `{ name, every?, desired(target, values) }`, or `{ name, create(values, context) }` for a whole ReplicaAutoscaler. */
export function adoptReplicaAutoscaler(exported: unknown): Adopted<ReplicaAutoscalerDefinition> {
  return adoptPeriodic<ReplicaAutoscaler, LoadView, number, ReplicasContext>(axis, exported)
}
