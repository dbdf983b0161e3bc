/** The page's section on main effects and interactions: of the primary metric open, of other main metrics closed. */
import { mainMetrics } from '../summary/main-metrics.ts'
import { withUnit } from '../format.ts'
import { escapeHtml, htmlTable } from './html.ts'
import type { HtmlRow } from './html.ts'
import { contrastText, effectName, effectVerdict } from '../text/sentences.ts'
import type { Effect, Effects } from '../statistics/effects.ts'
import type { Summary } from '../summary/summary.ts'

const MAIN_METRICS = 6
/** Maximum of effects in a table; further ones are counted. */
const MAX_EFFECTS = 120

/** The HTML of the section; '' when fewer than two axes have several values. */
export function effectsSection(summary: Summary): string {
  const { study } = summary
  const main = mainMetrics(summary, MAIN_METRICS).map(({ id }) => id)
  const shown = summary.effects.filter(
    (effects) => main.includes(effects.metric.id) && effects.main.length + effects.interactions.length > 0,
  )
  const primary = shown.find(({ metric }) => metric.id === study.primary)
  const others = shown.filter((effects) => effects !== primary)
  if (shown.length === 0) return ''
  const basis =
    'Each effect is averaged over all combinations of the other axes, with the replication as block. An interaction is the joint effect of two values minus the sum of their separate effects. The filter does not affect them.'
  return [
    `<p class="faint">${escapeHtml(basis)}</p>`,
    primary === undefined ? '' : effectsTable(summary, primary, 'primary metric; p-values corrected by Holm over these effects'),
    others.length === 0
      ? ''
      : `<details>\n<summary>Effects on ${others.length === 1 ? 'another metric' : `${others.length} other metrics`}, exploratory</summary>\n${others.map((effects) => effectsTable(summary, effects, 'exploratory')).join('\n')}\n</details>`,
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function effectsTable({ study }: Summary, { metric, main, interactions }: Effects, remark: string): string {
  const all = [...main, ...interactions]
  const known = all.filter(({ contrast }) => contrast.pairs > 0)
  const rows = known.slice(0, MAX_EFFECTS).map((effect) => effectRow(study, metric, effect))
  const cut = known.length > rows.length ? `; the first ${rows.length} of ${known.length}` : ''
  const unknown =
    all.length > known.length ? `; ${all.length - known.length} more have no values because their combinations were not run` : ''
  const more = `${cut}${unknown}`
  return htmlTable(
    `Effects on ${withUnit(metric.label, metric.unit)} (${remark}${more})`,
    ['effect', 'kind', 'change with its 95 % interval', 'n', 'verdict', 'remark'],
    rows,
  )
}

function effectRow(study: Summary['study'], metric: Effects['metric'], effect: Effect): HtmlRow {
  const { contrast, kind } = effect
  const change = contrast.pairs === 0 ? '-' : contrastText({ metric }, contrast)
  return {
    variant: null,
    cells: [
      effectName(study, effect),
      kind === 'main' ? 'main' : 'interaction',
      { text: change, value: contrast.difference },
      { text: String(contrast.pairs), value: contrast.pairs },
      { text: effectVerdict(effect), kind: contrast.verdict },
      { text: contrast.reason, kind: 'words' },
    ],
  }
}
