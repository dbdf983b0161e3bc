/**
 * The `assert:` block: conditions on the results, so that CI can check an experiment. Each assertion is evaluated for every variant that
 * it selects; it fails when the value is missing or refused.
 */
import type { Summary, SummaryRow } from '../../reports/index.ts'
import { entryOf, suggestion } from '../../sim/index.ts'
import { show } from './document.ts'
import type { Issue } from './document.ts'
import type { Assertion } from './schema/experiment.ts'

/** Result of an assertion for one variant. */
export interface Outcome {
  readonly holds: boolean
  /** "latency-p99 of best-fit: 61.2 ms (59.0 to 63.4), required: below 100 ms: holds". */
  readonly sentence: string
}

interface AxisLabels {
  readonly key: string
  readonly labels: readonly string[]
}

/** Problems of assertions with respect to the axes of the experiment. */
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
    const onlyBaseline = axes.every(({ key, labels }) => labels.length === 1 || entryOf(assertion.where, key) === labels[0])
    if (assertion.verdict.length > 0 && onlyBaseline) {
      issues.push({
        path: ['assert', i],
        message: 'found a verdict about the baseline, with which verdicts compare; accepted: a where that selects another variant',
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
      const selected = axes.every(({ name }, axis) => (entryOf(assertion.where, name) ?? values[axis]) === values[axis])
      if (!selected) return []
      const row = summary.row(variant, assertion.metric)
      if (assertion.verdict.length > 0) return variant === 0 ? [] : [verdictOutcome(assertion, row, variants[variant].short)]
      return [boundOutcome(assertion, row, variants[variant].short)]
    }),
  )
}

function verdictOutcome({ metric, verdict }: Assertion, row: SummaryRow, name: string): Outcome {
  const found = row.contrast?.verdict ?? 'inconclusive'
  return outcome((verdict as readonly string[]).includes(found), `${metric} of ${name}: ${found}, required: ${verdict.join(' or ')}`)
}

function boundOutcome({ metric, below, above, sure }: Assertion, row: SummaryRow, name: string): Outcome {
  const required = [above === null ? '' : `above ${above}`, below === null ? '' : `below ${below}`]
    .filter((part) => part !== '')
    .join(' and ')
  const unit = row.metric.unit === '1' ? '' : ` ${row.metric.unit}`
  if (row.n === 0)
    return outcome(false, `${metric} of ${name}: no value${row.missing === '' ? '' : ` (${row.missing})`}, required: ${required}${unit}`)
  // With one replication the interval is infinite, so `sure` fails.
  const [low, high] = sure ? [row.low, row.high] : [row.mean, row.mean]
  const holds = (below === null || high < below) && (above === null || low > above)
  const interval = Number.isFinite(row.low) ? ` (${digits(row.low)} to ${digits(row.high)})` : ''
  return outcome(
    holds,
    `${metric} of ${name}: ${digits(row.mean)}${unit}${interval}, required: ${sure ? 'whole interval ' : ''}${required}${unit}`,
  )
}

const outcome = (holds: boolean, sentence: string): Outcome => ({ holds, sentence: `${sentence}: ${holds ? 'holds' : 'fails'}` })

/** Enough digits to see on which side of a bound a value is. */
const digits = (value: number): string => String(Number(value.toPrecision(5)))
