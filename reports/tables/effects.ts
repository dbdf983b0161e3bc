/** effects.csv: one row per metric and main effect or two-way interaction. reports/README.md explains the columns. */
import { contrastUnit } from '../text/sentences.ts'
import type { Effect } from '../statistics/effects.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import { csvOf } from './csv.ts'
import type { Cell, Rows } from './csv.ts'

const HEADER = [
  'metric',
  'kind',
  'axis',
  'level',
  'against',
  'second axis',
  'second level',
  'second against',
  'comparison',
  'pairs',
  'difference',
  'difference low',
  'difference high',
  'difference unit',
  'margin',
  'p',
  'p Holm',
  'verdict',
  'reason',
]

/** The table; only a header below two axes with several values. */
export function effectsRows({ study, effects }: Summary): Rows {
  const rows = effects.flatMap(({ metric, main, interactions }) =>
    [...main, ...interactions].map((effect): Cell[] => {
      const { contrast } = effect
      return [
        metric.id,
        effect.kind,
        ...factorCells(study, effect, 0),
        ...factorCells(study, effect, 1),
        contrast.comparison,
        contrast.pairs,
        contrast.difference,
        contrast.low,
        contrast.high,
        contrastUnit({ metric }, contrast),
        contrast.margin,
        contrast.p,
        contrast.adjusted,
        contrast.verdict,
        contrast.reason,
      ]
    }),
  )
  return { header: HEADER, rows }
}

function factorCells({ axes }: Study, { factors }: Effect, which: number): Cell[] {
  if (which >= factors.length) return ['', '', '']
  const { axis, level } = factors[which]
  return [axes[axis].name, axes[axis].values[level], axes[axis].values[0]]
}

/** effects.csv as text. */
export const effectsCsv = (summary: Summary): string => csvOf(effectsRows(summary))
