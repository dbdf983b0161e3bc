/** Adopts a user's own size autoscaler: the default export of a file becomes a member of the axis. */
import type { Adopted, OwnAlgorithm } from '../../common/adopt.ts'
import { adoptPeriodic } from '../own.ts'
import type { Axis, GivenValues } from '../own.ts'
import type { SizeAutoscaler, SizeAutoscalerDefinition, Sizes, SizesContext, UsageView } from './policy.ts'

/** The short form: one function without state. All services of a run share the object; an autoscaler with state exports `create`. */
export interface OwnSizeAutoscaler extends OwnAlgorithm {
  /** Time between two decisions: '1m' (the default) or whole µs; a parameter named `every` takes precedence. */
  readonly every?: string | number
  /** The request for pods created from now on: `{ cpu }` in whole millicores. */
  recommend(usage: UsageView, values: GivenValues): Sizes
}

const axis: Axis<SizeAutoscaler, UsageView, Sizes> = {
  family: 'size autoscaler',
  question: 'recommend',
  every: 60_000_000, // as the recommender of the Vertical Pod Autoscaler
  check: (name, answer) => {
    const cpu = (answer as { cpu?: unknown } | null | undefined)?.cpu
    if (typeof cpu === 'number' && Number.isInteger(cpu) && cpu > 0) return { cpu }
    throw new Error(
      `${name}: recommend must return { cpu } in whole millicores from 1 (Math.ceil helps), found ${JSON.stringify(answer) ?? 'nothing'}`,
    )
  },
  make: (every, recommend) => ({ every, recommend }),
}

/** Adopts `{ name, every?, recommend(usage, values) }`, or `{ name, create(values, context) }` where `create` returns a SizeAutoscaler or null. */
export function adoptSizeAutoscaler(exported: unknown): Adopted<SizeAutoscalerDefinition> {
  return adoptPeriodic<SizeAutoscaler, UsageView, Sizes, SizesContext>(axis, exported)
}
