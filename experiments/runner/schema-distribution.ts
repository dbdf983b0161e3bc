/** Distributions of a time in the experiment file: `4ms`, or a map with the kind as its only key. */
import type { z } from 'zod'
import type { DistributionSpec } from '../../sim/random/distributions.ts'
import { show, suggestion } from './document.ts'
import { duration, forms, isMap, list, number, positive, positiveTime, section } from './quantities.ts'

/** The words of one quantity: any amount, an amount above zero, and what to call them. */
export interface Quantity {
  readonly any: () => z.ZodType<number>
  readonly positive: () => z.ZodType<number>
  /** "a duration", "durations". */
  readonly one: string
  readonly many: string
}

const TIME: Quantity = { any: duration, positive: positiveTime, one: 'a duration', many: 'durations' }

/** Every kind as `{ kind: its parameters }`. */
const distributionShapes = ({ any, positive: above, many }: Quantity) =>
  ({
    constant: section('a constant', { constant: any() }),
    exponential: section('an exponential distribution', { exponential: section('its parameter', { mean: above() }) }),
    uniform: section('a uniform distribution', { uniform: section('its bounds', { low: any(), high: above() }) }),
    normal: section('a normal distribution', { normal: section('its parameters', { mean: any(), sd: any() }) }),
    lognormal: section('a lognormal distribution', { lognormal: section('its parameters', { mean: above(), cv: positive() }) }),
    'bounded-pareto': section('a bounded Pareto distribution', {
      'bounded-pareto': section('its parameters', { alpha: positive(), low: above(), high: above() }),
    }),
    empirical: section('an empirical distribution', {
      empirical: section('its values', { values: list(many, any()).min(1, `found an empty list; accepted: ${many}, at least one`), weights: list('weights', number({ min: 0 })).optional() }),
    }),
  }) as const

/** Microseconds. */
export const distribution = (): z.ZodType<DistributionSpec> => distributionOf(TIME)

/** A distribution of any quantity, in that quantity's unit. */
export function distributionOf(quantity: Quantity): z.ZodType<DistributionSpec> {
  const choices: Record<string, z.ZodType<DistributionSpec>> = {
    value: quantity.any().transform((value): DistributionSpec => ({ kind: 'constant', value })),
  }
  const shapes = distributionShapes(quantity)
  const distributionKinds = Object.keys(shapes)
  for (const [kind, schema] of Object.entries(shapes)) {
    choices[kind] = (schema as z.ZodType<Record<string, unknown>>).transform((parsed, context): DistributionSpec => {
      const inner = parsed[kind]
      const spec = (kind === 'constant' ? { kind, value: inner } : { kind, ...(inner as object) }) as DistributionSpec
      const wrong = distributionFault(spec)
      if (wrong !== undefined) context.issues.push({ code: 'custom', message: wrong, path: [kind], input: parsed })
      return spec
    })
  }
  const accepted = `${quantity.one}, or a map with one of ${distributionKinds.join(', ')}`
  return forms(choices, (value) => {
    if (!isMap(value)) return 'value'
    const keys = Object.keys(value)
    const kind = keys.find((key) => distributionKinds.includes(key))
    if (kind !== undefined) return kind
    return { wrong: `found ${keys.length === 0 ? 'an empty map' : `the distribution ${show(keys[0])}`}; accepted: ${accepted}${suggestion(keys[0] ?? '', distributionKinds)}` }
  })
}

function distributionFault(spec: DistributionSpec): string | undefined {
  if ((spec.kind === 'uniform' || spec.kind === 'bounded-pareto') && spec.low >= spec.high) return 'found low not below high; accepted: low < high'
  if (spec.kind === 'empirical' && spec.weights !== undefined) {
    if (spec.weights.length !== spec.values.length) return `found ${spec.weights.length} weights for ${spec.values.length} values; accepted: one weight a value`
    if (!spec.weights.some((weight) => weight > 0)) return 'found weights that are all 0; accepted: at least one above 0'
  }
  return undefined
}
