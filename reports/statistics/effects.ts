/**
 * Main effects and two-way interactions of the axes. A main effect is a level of an axis against the axis' first level, averaged over
 * all combinations of the other axes; an interaction is a difference of differences: what a level of one axis changes more (or less)
 * once another axis has left its first level, averaged over the rest. With y the value of a combination (its logarithm for ratios):
 *
 *   main(a = i)            = mean over the others of  y(i, ·) - y(0, ·)
 *   together(a = i, b = j) = mean over the others of  y(i, j, ·) - y(i, 0, ·) - y(0, j, ·) + y(0, 0, ·)
 *
 * The replication is the block (Montgomery, Design and Analysis of Experiments, chapters 4 and 5; Kleijnen 2015, Design and Analysis of
 * Simulation Experiments): every combination had the same random streams, so each replication gives one number per effect, and its
 * interval is the t interval of these numbers. An analysis of variance with a pooled residual would have more degrees of freedom, but
 * needs equal variances in all combinations, which an overloaded and an idle combination do not have.
 */
import type { Comparison, MetricDefinition } from '../../sim/index.ts'
import type { Study } from '../study.ts'
import { decide, measureDifferences, onScale, presentIn } from './contrast.ts'
import type { Contrast, Measured, PerReplication } from './contrast.ts'
import { corrected } from './holm.ts'
import { resolutionOf, stepOf } from './resolution.ts'

/** A level of an axis: rows of `Study.axes` and of its `values`. Effects are relative to level 0. */
export interface Factor {
  readonly axis: number
  readonly level: number
}

/** One main effect or interaction. */
export interface Effect {
  readonly kind: 'main' | 'interaction'
  /** One factor for a main effect, two for an interaction, in the order of the axes. */
  readonly factors: readonly Factor[]
  /**
   * As for a variant against the baseline; `pairs` counts the replications in which every needed combination has a value. The interaction
   * of a ratio is a ratio of ratios, in percent. "equivalent" for an interaction: the effects add up, within the margin.
   */
  readonly contrast: Contrast
}

/** All effects of one metric. `main` and `interactions` are empty when fewer than two axes have several levels: then the contrasts suffice. */
export interface Effects {
  readonly metric: MetricDefinition
  /** Axis by axis, level by level. */
  readonly main: readonly Effect[]
  /** Pairs of axes in order, then levels of the first, then of the second. */
  readonly interactions: readonly Effect[]
}

/** Sums below this fraction of their terms count as zero. */
const ROUNDING = 1e-13

/** All effects of a metric. `values` by variant and replication. Effects of the primary metric are one family of Holm's correction (1979). */
export function effectsOf(study: Study, metric: MetricDefinition, values: readonly PerReplication[]): Effects {
  const designs = designsOf(study)
  const comparison =
    metric.comparison === 'ratio' && values.some((list) => list.some((value) => value !== null && value <= 0))
      ? 'difference'
      : metric.comparison
  const scaled = values.map((list) =>
    Float64Array.from(list, (value) => (value === null ? NaN : comparison === 'ratio' ? Math.log(value) : value)),
  )
  const counts = values.map((list) => presentIn(list).length)
  const largestOf = (of: typeof stepOf): number[] => values.map((list) => largest(of, metric, list, comparison === 'ratio'))
  const known: Values = { values, scaled, counts, resolutions: largestOf(resolutionOf), steps: largestOf(stepOf) }
  const measured = designs.map((design) => measureEffect(study, metric, comparison, design, known))
  const adjusted = metric.id === study.primary ? corrected(measured) : measured.map(() => null)
  const effects = designs.map(({ kind, factors }, i): Effect => ({ kind, factors, contrast: decide(measured[i], adjusted[i], 'effects') }))
  return { metric, main: effects.filter(({ kind }) => kind === 'main'), interactions: effects.filter(({ kind }) => kind === 'interaction') }
}

/** An effect as weights of variants; variants not listed have weight zero. */
interface Design {
  readonly kind: Effect['kind']
  readonly factors: readonly Factor[]
  readonly weights: readonly { readonly variant: number; readonly weight: number }[]
  /** Variants whose factors are all at their first level: the margin is a fraction of their mean. */
  readonly reference: readonly number[]
  /** Count of combinations of the other axes that are averaged over, and their count in a complete crossing. */
  readonly averaged: number
  readonly crossed: number
}

const designs = new WeakMap<Study, readonly Design[]>()

function designsOf(study: Study): readonly Design[] {
  const known = designs.get(study)
  if (known !== undefined) return known
  const created = createDesigns(study)
  designs.set(study, created)
  return created
}

function createDesigns(study: Study): Design[] {
  const levels = study.variants.map(({ values }) => values.map((value, axis) => study.axes[axis].values.indexOf(value)))
  // Levels that no variant has get no effect and leave no gap in the averages of others.
  const run = study.axes.map(({ values }, axis) => values.flatMap((_, level) => (levels.some((own) => own[axis] === level) ? [level] : [])))
  const axes = run.flatMap((own, axis) => (own.length > 1 ? [{ axis, levels: own.filter((level) => level > 0) }] : []))
  if (axes.length < 2) return []
  const cells = new Map(levels.map((own, variant) => [cellKey(own), variant]))
  const factorsOf = axes.map(({ axis, levels: own }) => own.map((level): Factor => ({ axis, level })))
  const main = factorsOf.flat().map((factor) => [factor])
  const pairs = factorsOf.flatMap((first, i) => factorsOf.slice(i + 1).flatMap((second) => first.flatMap((a) => second.map((b) => [a, b]))))
  return [...main, ...pairs].map((factors) => design(run, cells, factors))
}

const cellKey = (levels: readonly number[]): string => levels.join(',')

/** The weights of one effect. `run` are the levels of each axis that some variant has. */
function design(run: readonly (readonly number[])[], cells: ReadonlyMap<string, number>, factors: readonly Factor[]): Design {
  const corners = cornersOf(factors)
  const others = combinations(run.map((levels, axis) => (factors.some((factor) => factor.axis === axis) ? [0] : levels)))
  const blocks = others
    .map((rest) =>
      corners.map(({ levels, sign }) => ({ sign, variant: cells.get(cellKey(rest.map((level, axis) => levels.get(axis) ?? level))) })),
    )
    .filter((block) => block.every(({ variant }) => variant !== undefined))
  const weights = blocks.flatMap((block) => block.map(({ sign, variant }) => ({ variant: variant ?? -1, weight: sign / blocks.length })))
  return {
    kind: factors.length === 1 ? 'main' : 'interaction',
    factors,
    weights,
    reference: blocks.map((block) => block[0].variant ?? -1),
    averaged: blocks.length,
    crossed: others.length,
  }
}

/** The combinations of "first level or this one", each with its sign; the first has all factors at their first level. */
function cornersOf(factors: readonly Factor[]): { readonly levels: ReadonlyMap<number, number>; readonly sign: number }[] {
  return combinations(factors.map(() => [0, 1])).map((moved) => ({
    levels: new Map(factors.map(({ axis, level }, i) => [axis, moved[i] === 1 ? level : 0])),
    sign: moved.reduce((sign, one) => (one === 1 ? sign : -sign), 1),
  }))
}

/** The Cartesian product of lists; the last varies fastest. */
function combinations(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((all, list) => all.flatMap((choice) => list.map((one) => [...choice, one])), [[]])
}

/** Values by variant and replication. */
interface Values {
  readonly values: readonly PerReplication[]
  /** On the scale of the test; NaN where missing. */
  readonly scaled: readonly Float64Array[]
  /** By variant: count of values, and the largest resolution and step of a value on the scale of the test. */
  readonly counts: readonly number[]
  readonly resolutions: readonly number[]
  readonly steps: readonly number[]
}

function measureEffect(
  study: Study,
  metric: MetricDefinition,
  comparison: Comparison,
  design: Design,
  { values, scaled, counts, resolutions, steps }: Values,
): Measured {
  const { weights, reference, averaged, crossed } = design
  const notes: string[] = []
  if (averaged < crossed) notes.push(`averaged over ${averaged} of ${crossed} combinations of the other axes; the others were not run`)
  if (comparison !== metric.comparison) notes.push('a value is not positive, so differences are compared instead of ratios')
  const replications = averaged === 0 ? 0 : scaled.reduce((max, { length }) => Math.max(max, length), 0)
  const differences: number[] = []
  const referred: number[] = []
  for (let r = 0; r < replications; r++) {
    const difference = weighted(weights, scaled, r)
    if (Number.isNaN(difference)) continue
    differences.push(difference)
    if (comparison === 'difference') for (const variant of reference) referred.push(values[variant][r] ?? NaN)
  }
  const available = weights.reduce((max, { variant }) => Math.max(max, counts[variant]), 0)
  if (differences.length > 0 && differences.length < available)
    notes.push(`${differences.length} of ${available} replications have a value for every combination`)
  const weigh = (each: readonly number[]): number => weights.reduce((sum, { variant, weight }) => sum + Math.abs(weight) * each[variant], 0)
  return measureDifferences({
    comparison,
    better: metric.better,
    differences,
    reference: referred,
    resolution: weigh(resolutions),
    step: weigh(steps),
    margins: study.margins,
    notes,
  })
}

function largest(of: typeof stepOf, metric: MetricDefinition, values: PerReplication, logs: boolean): number {
  return presentIn(values).reduce((most, value) => Math.max(most, onScale(of(metric, value), value, logs)), 0)
}

/** Weighted sum over combinations; NaN when one has no value, 0 when only rounding errors are left. */
function weighted(weights: Design['weights'], scaled: readonly Float64Array[], r: number): number {
  let sum = 0
  let size = 0
  for (const { variant, weight } of weights) {
    const part = weight * (scaled[variant][r] ?? NaN)
    sum += part
    size += Math.abs(part)
  }
  return Math.abs(sum) <= ROUNDING * size ? 0 : sum
}
