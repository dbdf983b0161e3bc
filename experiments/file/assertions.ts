/**
 * The `assert:` block: what must hold for a run to count as passed, so that an experiment can stand guard in CI. Each entry is held
 * against every variant that it selects; a value that is missing or refused does not hold, since nothing was shown.
 */
import type { Summary, SummaryRow } from '../../reports/index.ts'
import { suggestion } from '../../sim/common/suggestion.ts'
import { show } from './document.ts'
import type { Issue } from './resolve.ts'
import type { Assertion } from './schema.ts'

export interface Outcome {
  readonly holds: boolean
  /** "latency-p99 of best-fit: 61.2 ms (59.0 to 63.4), below 100 ms: holds". */
  readonly sentence: string
}

interface AxisLabels {
  readonly key: string
  readonly labels: readonly string[]
}

/** What is wrong with assertions in front of the axes of their experiment. */
export function assertionIssues(assertions: readonly Assertion[], axes: readonly AxisLabels[]): Issue[] {
  const issues: Issue[] = []
  assertions.forEach((assertion, i) => {
    for (const [key, label] of Object.entries(assertion.where)) {
      const path = ['assert', i, 'where', key]
      const axis = axes.find((one) => one.key === key)
      const keys = axes.map((one) => one.key)
      if (axis === undefined)
        issues.push({
          path,
          onKey: true,
          message: `found the axis ${show(key)}; accepted: ${keys.join(', ') || 'no axis, since compare has none'}${suggestion(key, keys)}`,
        })
      else if (!axis.labels.includes(label))
        issues.push({ path, message: `found ${show(label)}; accepted: ${axis.labels.join(', ')}${suggestion(label, axis.labels)}` })
    }
    const onlyBaseline = axes.every(({ key, labels }) => labels.length === 1 || assertion.where[key] === labels[0])
    if (assertion.verdict.length > 0 && onlyBaseline) {
      issues.push({
        path: ['assert', i],
        message: 'found a verdict about the baseline, which is what verdicts compare with; accepted: a where that selects another variant',
      })
    }
  })
  return issues
}

/** One outcome per assertion and selected variant. */
export function assess(assertions: readonly Assertion[], summary: Summary): Outcome[] {
  const { variants, axes } = summary.study
  return assertions.flatMap((assertion) =>
    variants.flatMap(({ values }, variant): Outcome[] => {
      const selected = axes.every(({ name }, axis) => (assertion.where[name] ?? values[axis]) === values[axis])
      if (!selected) return []
      const row = summary.row(variant, assertion.metric)
      if (assertion.verdict.length > 0) return variant === 0 ? [] : [verdictOutcome(assertion, row, variants[variant].short)]
      return [boundOutcome(assertion, row, variants[variant].short)]
    }),
  )
}

function verdictOutcome({ metric, verdict }: Assertion, row: SummaryRow, name: string): Outcome {
  const found = row.contrast?.verdict ?? 'inconclusive'
  return told((verdict as readonly string[]).includes(found), `${metric} of ${name}: ${found}, asked: ${verdict.join(' or ')}`)
}

function boundOutcome({ metric, below, above, sure }: Assertion, row: SummaryRow, name: string): Outcome {
  const asked = [above === null ? '' : `above ${above}`, below === null ? '' : `below ${below}`].filter((part) => part !== '').join(' and ')
  const unit = row.metric.unit === '1' ? '' : ` ${row.metric.unit}`
  if (row.n === 0)
    return told(false, `${metric} of ${name}: no value${row.missing === '' ? '' : ` (${row.missing})`}, asked: ${asked}${unit}`)
  // With one replication there is no interval: nothing is sure.
  const [low, high] = sure ? [row.low, row.high] : [row.mean, row.mean]
  const holds = (below === null || high < below) && (above === null || low > above)
  const interval = Number.isFinite(row.low) ? ` (${digits(row.low)} to ${digits(row.high)})` : ''
  return told(holds, `${metric} of ${name}: ${digits(row.mean)}${unit}${interval}, asked: ${sure ? 'surely ' : ''}${asked}${unit}`)
}

const told = (holds: boolean, sentence: string): Outcome => ({ holds, sentence: `${sentence}: ${holds ? 'holds' : 'fails'}` })

/** Enough to see on which side of a bound a value lies. */
const digits = (value: number): string => String(Number(value.toPrecision(5)))
