/** Adopts a user's own replica autoscaler: the default export of a file becomes a member of the axis. */
import type { Adopted, OwnAlgorithm } from '../../common/adopt.ts'
import { adoptPeriodic } from '../own.ts'
import type { Axis, GivenValues } from '../own.ts'
import type { LoadView, ReplicaAutoscaler, ReplicaAutoscalerDefinition, ReplicasContext } from './policy.ts'

/** The short form: one function without state. All services of a run share the object; an autoscaler with state exports `create`. */
export interface OwnReplicaAutoscaler extends OwnAlgorithm {
  /** Time between two decisions: '15s' (the default) or whole µs; a parameter named `every` takes precedence. */
  readonly every?: string | number
  /** The desired replicas; the caller clamps to the service's bounds. */
  desired(load: LoadView, values: GivenValues): number
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

/** Adopts `{ name, every?, desired(load, values) }`, or `{ name, create(values, context) }` where `create` returns a ReplicaAutoscaler or null. */
export function adoptReplicaAutoscaler(exported: unknown): Adopted<ReplicaAutoscalerDefinition> {
  return adoptPeriodic<ReplicaAutoscaler, LoadView, number, ReplicasContext>(axis, exported)
}
