/** Distributions in the experiment file: `4ms`, or a map with the kind as its only key. */
import { z } from 'zod'
import { balancedMeans, distribution as make, weibullScale, type DistributionSpec } from '../../../sim/random/index.ts'
import { suggestion } from '../../../sim/index.ts'
import { show } from '../document.ts'
import { duration, forms, isMap, list, number, positive, positiveTime, section, shared, whole } from '../quantities.ts'

/** Schemas and names of one quantity. */
export interface Quantity {
  /** Any amount. */
  readonly any: () => z.ZodType<number>
  /** An amount above zero. */
  readonly positive: () => z.ZodType<number>
  /** "a duration" */
  readonly one: string
  /** "durations" */
  readonly many: string
  /** Distributions of ranks and counts are accepted too. */
  readonly counts?: boolean
}

const TIME: Quantity = { any: duration, positive: positiveTime, one: 'a duration', many: 'durations' }

/** Counts and other plain numbers. */
export const COUNT: Quantity = { any: () => number({ min: 0 }), positive, one: 'a number', many: 'numbers', counts: true }

/** The distribution that the parameters describe, or a message when the parameters contradict each other. */
type Made = DistributionSpec | string

type Kind = readonly [string, z.ZodType<Made>]

/** Every kind as `{ kind: its parameters }`. `nested`: without mixtures. */
function kindsOf(quantity: Quantity, nested: boolean): Record<string, z.ZodType<Made>> {
  return Object.fromEntries([
    ...symmetricKinds(quantity),
    ...skewedKinds(quantity),
    ...heavyTailedKinds(quantity),
    ...compositeKinds(quantity),
    ...(quantity.counts === true ? countKinds() : []),
    ...(nested ? [] : [mixtureKind(quantity)]),
  ])
}

function kind<K extends string, P extends z.ZodType>(name: K, what: string, parameters: P, make: (given: z.output<P>) => Made): Kind {
  const shape = { [name]: parameters } as Record<K, P>
  return [name, section(what, shape).transform((parsed) => make((parsed as Record<K, z.output<P>>)[name]))]
}

function symmetricKinds({ any, positive: above }: Quantity): Kind[] {
  return [
    kind('constant', 'a constant', any(), (value): Made => ({ kind: 'constant', value })),
    kind('exponential', 'an exponential distribution', section('its parameter', { mean: above() }), (given): Made => ({
      kind: 'exponential',
      ...given,
    })),
    kind('uniform', 'a uniform distribution', section('its bounds', { low: any(), high: above() }), (given): Made =>
      ordered({ kind: 'uniform', ...given }),
    ),
    kind('normal', 'a normal distribution', section('its parameters', { mean: any(), sd: any() }), (given): Made => ({
      kind: 'normal',
      ...given,
    })),
  ]
}

function skewedKinds({ positive: above }: Quantity): Kind[] {
  return [
    kind('lognormal', 'a lognormal distribution', section('its parameters', { mean: above(), cv: positive() }), (given): Made => ({
      kind: 'lognormal',
      ...given,
    })),
    kind(
      'gamma',
      'a gamma distribution',
      section('its parameters', {
        mean: above(),
        cv: positive().optional().describe('standard deviation over mean; or shape'),
        shape: positive().optional().describe('1 / cv²'),
      }),
      ({ mean, cv, shape }): Made => {
        if (shape !== undefined && cv === undefined) return { kind: 'gamma', mean, shape }
        return cv !== undefined && shape === undefined
          ? { kind: 'gamma', mean, shape: 1 / (cv * cv) }
          : `found ${cv === undefined ? 'neither' : 'both'}; accepted: either cv or shape`
      },
    ),
    kind(
      'erlang',
      'an Erlang distribution',
      section('its parameters', { mean: above(), k: whole({ min: 1, max: 10_000 }).describe('number of phases in sequence') }),
      ({ mean, k }): Made => ({ kind: 'gamma', mean, shape: k }),
    ),
    kind(
      'weibull',
      'a Weibull distribution',
      section('its parameters', {
        shape: positive().describe('below 1: a heavy tail; 1: exponential'),
        mean: above().optional().describe('or scale'),
        scale: above().optional().describe('the 63 % quantile'),
      }),
      ({ shape, mean, scale }): Made => {
        if (scale !== undefined && mean === undefined) return { kind: 'weibull', shape, scale }
        return mean !== undefined && scale === undefined
          ? { kind: 'weibull', shape, scale: weibullScale(shape, mean) }
          : `found ${mean === undefined ? 'neither' : 'both'}; accepted: either mean or scale`
      },
    ),
  ]
}

function heavyTailedKinds({ positive: above }: Quantity): Kind[] {
  return [
    kind(
      'pareto',
      'a Pareto distribution',
      section('its parameters', { alpha: positive().describe('up to 1 the mean is infinite, up to 2 the variance'), low: above() }),
      (given): Made => ({ kind: 'pareto', ...given }),
    ),
    kind(
      'bounded-pareto',
      'a bounded Pareto distribution',
      section('its parameters', { alpha: positive(), low: above(), high: above() }),
      (given): Made => ordered({ kind: 'bounded-pareto', ...given }),
    ),
    kind('burr', 'a Burr distribution', section('its parameters', { c: positive(), k: positive(), scale: above() }), (given): Made => ({
      kind: 'burr',
      ...given,
    })),
  ]
}

function compositeKinds({ any, positive: above, many }: Quantity): Kind[] {
  return [
    kind(
      'hyperexponential',
      'a hyperexponential distribution',
      section('its parameters', {
        mean: above().optional(),
        cv: number({ min: 1 })
          .optional()
          .describe('standard deviation over mean, at least 1: two phases, each with half of the mean (balanced means)'),
        phases: list('phases', section('a phase', { weight: positive().prefault(1), mean: above() }))
          .min(1, 'found an empty list; accepted: at least one phase')
          .optional()
          .describe('or the phases themselves'),
      }),
      hyperexponential,
    ),
    kind(
      'empirical',
      'an empirical distribution',
      section('its values', {
        values: list(many, any()).min(1, `found an empty list; accepted: ${many}, at least one`),
        weights: list('weights', number({ min: 0 })).optional(),
      }),
      ({ values, weights }): Made => weighted({ kind: 'empirical', values, ...(weights === undefined ? {} : { weights }) }),
    ),
  ]
}

function countKinds(): Kind[] {
  return [
    kind(
      'negative-binomial',
      'a negative binomial distribution',
      section('its parameters', { mean: positive(), size: positive().describe('the variance is mean + mean² / size') }),
      (given): Made => ({ kind: 'negative-binomial', ...given }),
    ),
    kind(
      'zipf',
      "Zipf's distribution",
      section('its parameters', { n: whole({ min: 1, max: 10_000_000 }), exponent: number({ min: 0 }) }),
      (given): Made => ({ kind: 'zipf', ...given }),
    ),
  ]
}

function mixtureKind(quantity: Quantity): Kind {
  const part = section('a part', { weight: positive().prefault(1), of: ofKinds(quantity, true) })
  const parts = list('parts with weights', part)
    .min(1, 'found an empty list; accepted: at least one part')
    .max(100, 'found more than 100 parts; accepted: at most 100')
  return kind('mixture', 'a mixture', parts, (given): Made => ({ kind: 'mixture', parts: given }))
}

/** A distribution of times [µs]. */
export const distribution = (): z.ZodType<DistributionSpec> => distributionOf(TIME)

/** A distribution of a quantity, in the unit of the quantity. */
export const distributionOf = (quantity: Quantity): z.ZodType<DistributionSpec> => ofKinds(quantity, false)

/** `nested`: a part of a mixture. It may not be a mixture itself, since a mixture of mixtures is a mixture. */
function ofKinds(quantity: Quantity, nested: boolean): z.ZodType<DistributionSpec> {
  const choices: Record<string, z.ZodType<DistributionSpec>> = {
    value: quantity.any().transform((value): DistributionSpec => ({ kind: 'constant', value })),
  }
  const kinds = kindsOf(quantity, nested)
  for (const [kind, schema] of Object.entries(kinds)) {
    choices[kind] = schema.transform((made, context): DistributionSpec => {
      const wrong = typeof made === 'string' ? made : distributionFault(made)
      if (wrong !== undefined) context.issues.push({ code: 'custom', message: wrong, path: [kind], input: made })
      return typeof made === 'string' ? z.NEVER : made
    })
  }
  const names = Object.keys(kinds)
  const name = `${nested ? 'part' : 'distribution'} of ${quantity.many}${quantity.counts === true ? ' and counts' : ''}`.replaceAll(
    ' ',
    '-',
  )
  const accepted = `${quantity.one}, or a map with one of ${names.join(', ')}`
  return shared(
    name,
    forms(choices, (value) => {
      if (!isMap(value)) return 'value'
      const keys = Object.keys(value)
      const kind = keys.find((key) => names.includes(key))
      if (kind !== undefined) return kind
      return {
        wrong: `found ${keys.length === 0 ? 'an empty map' : `the distribution ${show(keys[0])}`}; accepted: ${accepted}${suggestion(keys[0] ?? '', names)}`,
      }
    }),
  )
}

type Spec<K extends DistributionSpec['kind']> = Extract<DistributionSpec, { kind: K }>

const ordered = (spec: Spec<'uniform' | 'bounded-pareto'>): Made =>
  spec.low >= spec.high ? 'found low not below high; accepted: low < high' : spec

function weighted(spec: Spec<'empirical'>): Made {
  if (spec.weights === undefined) return spec
  if (spec.weights.length !== spec.values.length)
    return `found ${spec.weights.length} weights for ${spec.values.length} values; accepted: one weight per value`
  return spec.weights.some((weight) => weight > 0) ? spec : 'found weights that are all 0; accepted: at least one above 0'
}

interface Hyperexponential {
  readonly mean?: number | undefined
  readonly cv?: number | undefined
  readonly phases?: readonly { readonly weight: number; readonly mean: number }[] | undefined
}

function hyperexponential({ mean, cv, phases }: Hyperexponential): Made {
  if (phases !== undefined && mean === undefined && cv === undefined) {
    return { kind: 'hyperexponential', weights: phases.map(({ weight }) => weight), means: phases.map((phase) => phase.mean) }
  }
  if (phases !== undefined || mean === undefined || cv === undefined)
    return 'found an incomplete or contradictory set of parameters; accepted: either mean and cv, or phases'
  return cv <= 1000 ? { kind: 'hyperexponential', ...balancedMeans(mean, cv) } : `found a cv of ${cv}; accepted: at most 1000`
}

/** The error of the distribution's own constructor, undefined when the parameters are valid. */
function distributionFault(spec: DistributionSpec): string | undefined {
  if (spec.kind === 'normal' && spec.sd === 0) return 'found an sd of 0; accepted: above 0, or constant'
  try {
    make(spec)
    return undefined
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return `found ${error.message}`
  }
}
