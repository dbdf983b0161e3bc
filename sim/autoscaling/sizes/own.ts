/** A user's own size autoscaler: the doors through which a default export becomes a member of the axis. */
import type { Adopted, OwnAlgorithm } from '../../common/adopt.ts'
import { adoptPeriodic } from '../own.ts'
import type { Axis, GivenValues } from '../own.ts'
import type { SizeAutoscaler, SizeAutoscalerDefinition, Sizes, SizesContext, UsageView } from './policy.ts'

/** The narrow door: a pure question. Keep no state in the object, all services of a run share it; `create` is for that. */
export interface OwnSizeAutoscaler extends OwnAlgorithm {
  /** Time between two questions: '1m' (the default) or whole µs; a parameter named `every` comes first. */
  readonly every?: string | number
  /** The request for pods created from now on: `{ cpu }` in whole millicores. */
  recommend(target: UsageView, values: GivenValues): Sizes
}

const axis: Axis<SizeAutoscaler, UsageView, Sizes> = {
  family: 'size autoscaler',
  question: 'recommend',
  every: 60_000_000, // as the vertical pod autoscaler's recommender
  check: (name, answer) => {
    const cpu = (answer as { cpu?: unknown } | null | undefined)?.cpu
    if (typeof cpu === 'number' && Number.isInteger(cpu) && cpu > 0) return { cpu }
    throw new Error(
      `${name}: recommend must return { cpu } in whole millicores from 1 (Math.ceil helps), found ${JSON.stringify(answer) ?? 'nothing'}`,
    )
  },
  make: (every, recommend) => ({ every, recommend }),
}

/** `{ name, every?, recommend(target, values) }`, or `{ name, create(values, context) }` for a whole SizeAutoscaler. */
export function adoptSizeAutoscaler(exported: unknown): Adopted<SizeAutoscalerDefinition> {
  return adoptPeriodic<SizeAutoscaler, UsageView, Sizes, SizesContext>(axis, exported)
}
