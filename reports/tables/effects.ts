/** effects.csv: main effects and two-way interactions, a row each, for every metric that has a value. The columns are explained in reports/README.md. */
import { contrastUnit } from '../sentences.ts'
import type { Effect } from '../statistics/effects.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary.ts'
import { csv } from './csv.ts'
import type { Cell } from './csv.ts'

const HEADER = [
  'metric', 'kind', 'axis', 'level', 'against', 'second axis', 'second level', 'second against',
  'comparison', 'pairs', 'difference', 'difference low', 'difference high', 'difference unit', 'margin', 'p', 'p Holm', 'verdict', 'reason',
]

/** Only the header when no two axes have a choice. */
export function effectsCsv({ study, effects }: Summary): string {
  const rows = effects.flatMap(({ metric, main, interactions }) => [...main, ...interactions].map((effect): Cell[] => {
    const { contrast } = effect
    return [
      metric.id, effect.kind, ...factorCells(study, effect, 0), ...factorCells(study, effect, 1),
      contrast.comparison, contrast.pairs, contrast.difference, contrast.low, contrast.high, contrastUnit({ metric }, contrast), contrast.margin,
      contrast.p, contrast.adjusted, contrast.verdict, contrast.reason,
    ]
  }))
  return csv(HEADER, rows)
}

function factorCells({ axes }: Study, { factors }: Effect, which: number): Cell[] {
  if (which >= factors.length) return ['', '', '']
  const { axis, level } = factors[which]
  return [axes[axis].name, axes[axis].values[level], axes[axis].values[0]]
}
