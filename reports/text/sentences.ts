/** Contrasts, effects and their verdicts as sentences; terminal, page and --json use the same ones. */
import { decimalsFor, formatFixed, formatNumber, formatSigned, plainText } from '../format.ts'
import type { MetricDefinition } from '../../sim/index.ts'
import type { Contrast, Verdict } from '../statistics/contrast.ts'
import type { Effect, Effects } from '../statistics/effects.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'

/** The sign of each verdict in the terminal's table. */
export const SIGNS: Readonly<Record<Verdict, string>> = { better: '+', worse: '-', changed: '~', equivalent: '=', inconclusive: '?' }

/** Unit of a contrast: percent of the baseline, percentage points, or the unit of the metric. */
export function contrastUnit({ metric }: { readonly metric: MetricDefinition }, contrast: Contrast): string {
  if (contrast.comparison === 'ratio') return '%'
  if (contrast.comparison === 'points') return 'points'
  return metric.unit === '1' ? '' : metric.unit
}

/** The change with its 95 % interval: "+12.3 % [10.1, 14.5]"; "-" without pairs. */
export function contrastText(row: { readonly metric: MetricDefinition }, contrast: Contrast): string {
  if (contrast.pairs === 0) return '-'
  const half = (contrast.high - contrast.low) / 2
  const decimals = decimalsFor(contrast.difference, half, 3)
  const unit = contrastUnit(row, contrast)
  const change = `${formatSigned(contrast.difference, decimals)}${unit === '' ? '' : ` ${unit}`}`
  if (Number.isNaN(half)) return change
  return `${change} [${formatFixed(contrast.low, decimals)}, ${formatFixed(contrast.high, decimals)}]`
}

/** One sentence per contrast of the primary metric; none when there is one variant. */
export function primarySentences(summary: Summary): string[] {
  const { study } = summary
  return study.variants.slice(1).map((variant, i) => {
    const row = summary.row(i + 1, study.primary)
    return row.contrast === null ? '' : sentence(row, row.contrast, variant.short, study.variants[0].short, [row.missing])
  })
}

/**
 * A verdict that can be repeated without the table: "best-fit raises SLO misses by 0.88 percentage points compared with first-fit (95 %
 * interval 0.68 to 1.09): worse." The reasons that limit it follow the verdict.
 */
export function sentence(
  row: { readonly metric: MetricDefinition },
  contrast: Contrast,
  name: string,
  baseline: string,
  reasons: readonly string[] = [],
): string {
  const { difference, low, high, pairs, verdict, reason } = contrast
  const [who, base, what] = [plainText(name), plainText(baseline), row.metric.label]
  const why = [reason, ...reasons].filter((text) => text !== '').map(plainText)
  const end = `${verdict}${why.length > 0 ? ` (${why.join('; ')})` : ''}.`
  if (pairs === 0) return `It is open whether ${who} raises or lowers ${what} compared with ${base}: ${end}`
  const decimals = decimalsFor(difference, (high - low) / 2, 3)
  const amount = (value: number): string => `${formatFixed(value, decimals)}${wordsUnit(row, contrast)}`
  const signed = `${formatSigned(difference, decimals)}${wordsUnit(row, contrast)}`
  const interval = (from: number, to: number): string =>
    Number.isNaN(low) ? '' : ` (95 % interval ${unsignedZero(formatFixed(from, decimals))} to ${unsignedZero(formatFixed(to, decimals))})`
  if (verdict === 'inconclusive')
    return `It is open whether ${who} raises or lowers ${what} compared with ${base}: ${signed}${interval(low, high)}, ${end}`
  if (verdict === 'equivalent')
    return `${who} changes ${what} by ${signed} compared with ${base}${interval(low, high)}, which is within the margin of ${marginText(row, contrast)}: ${end}`
  if (difference < 0) return `${who} lowers ${what} by ${amount(-difference)} compared with ${base}${interval(-high, -low)}: ${end}`
  return `${who} raises ${what} by ${amount(difference)} compared with ${base}${interval(low, high)}: ${end}`
}

const unsignedZero = (text: string): string => (/^-[0.,]*$/.test(text) ? text.slice(1) : text)

function wordsUnit(row: { readonly metric: MetricDefinition }, contrast: Contrast): string {
  if (contrast.comparison === 'points') return ' percentage points'
  const unit = contrastUnit(row, contrast)
  return unit === '' ? '' : ` ${unit}`
}

/** "1 percentage point", "2 %", "0.4 s". */
export function marginText(row: { readonly metric: MetricDefinition }, contrast: Contrast): string {
  const size = formatNumber(contrast.margin)
  return contrast.comparison === 'points' && contrast.margin === 1 ? '1 percentage point' : `${size}${wordsUnit(row, contrast)}`
}

/** "scheduling: best-fit against least-allocated", or "scheduling best-fit with slb two-choices" for an interaction. */
export function effectName({ axes }: Pick<Study, 'axes'>, { kind, factors }: Effect): string {
  const [first] = factors
  if (kind === 'main')
    return plainText(`${axes[first.axis].name}: ${axes[first.axis].values[first.level]} against ${axes[first.axis].values[0]}`)
  return plainText(factors.map(({ axis, level }) => `${axes[axis].name} ${axes[axis].values[level]}`).join(' with '))
}

/** The verdict of an effect in words. `equivalent` for an interaction means that the effects of the two axes add up. */
export function effectVerdict({ kind, contrast }: Effect): string {
  if (kind === 'main') return contrast.verdict
  const words: Readonly<Record<Verdict, string>> = {
    better: 'better together than separately',
    worse: 'worse together than separately',
    changed: 'different together than separately',
    equivalent: 'the effects add up',
    inconclusive: 'inconclusive',
  }
  return words[contrast.verdict]
}

/** "scheduling: best-fit against least-allocated: SLO misses +0.88 points [0.68, 1.09], worse". */
export function effectSentence(study: Pick<Study, 'axes'>, { metric }: Effects, effect: Effect): string {
  const { contrast } = effect
  const change = contrast.pairs === 0 ? '' : ` ${contrastText({ metric }, contrast)},`
  const why = contrast.reason === '' ? '' : ` (${plainText(contrast.reason)})`
  return `${effectName(study, effect)}: ${metric.label}${change} ${effectVerdict(effect)}${why}`
}

/** The number of replications and the kind of interval behind the sentences. */
export function basis(summary: Summary): string {
  const { study } = summary
  const counts = study.variants.map((_, variant) => summary.row(variant, study.primary).n)
  const min = Math.min(...counts)
  const max = Math.max(...counts)
  const runs = min === max ? `${max}` : `${min} to ${max}`
  const plural = max === 1 ? 'replication' : 'replications'
  return `paired over ${runs} ${plural}, 95 % t interval against ${plainText(study.variants[0]?.short ?? '')}`
}
