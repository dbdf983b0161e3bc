import { describe, expect, test } from 'vitest'
import { fixtureStudy } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'
import type { Summary } from '../summary/summary.ts'
import { specOf } from './index.ts'
import { renderSvg } from './render.ts'
import { frontSentence, paretoFront, tradeoffChart } from './tradeoff.ts'

/** One replication per variant, with these costs and shares of missed requests. */
function summaryOf(points: readonly (readonly [cost: number | null, misses: number])[]): Summary {
  const study = fixtureStudy({ variants: points.length, replications: 1, requests: 10, samples: 1, name: (i) => `v${i}` })
  return summarise({
    ...study,
    runs: study.runs.map((run) => ({
      ...run,
      result: { ...run.result, metrics: { ...run.result.metrics, cost: points[run.variant][0], 'slo-misses': points[run.variant][1] } },
    })),
  })
}

describe("Pareto's front: a point is on it when no other is at most as large in both and smaller in one", () => {
  const CASES: readonly (readonly [string, readonly (readonly [number | null, number])[], readonly number[]])[] = [
    [
      'one beats all',
      [
        [2, 2],
        [1, 1],
        [3, 1],
      ],
      [1],
    ],
    [
      'a falling chain is all of it, cheapest first',
      [
        [3, 1],
        [1, 3],
        [2, 2],
      ],
      [1, 2, 0],
    ],
    [
      'equal in one, larger in the other: beaten',
      [
        [1, 3],
        [1, 2],
        [2, 2],
      ],
      [1],
    ],
    [
      'equal in both: neither beats the other',
      [
        [1, 2],
        [1, 2],
        [2, 1],
      ],
      [0, 1, 2],
    ],
    [
      'without a cost: not in it',
      [
        [null, 0],
        [1, 1],
      ],
      [1],
    ],
    [
      'inside the corner of two others, but beaten by none',
      [
        [1, 9],
        [5, 8],
        [9, 1],
      ],
      [0, 1, 2],
    ],
  ]

  test.each(CASES)('%s', (_, points, front) => {
    expect(paretoFront(summaryOf(points))).toEqual(front)
  })

  test.each(CASES)('%s: the line in the picture, found there from the points alone, has the same points', async (_, points, front) => {
    const summary = summaryOf(points)
    const [chart] = tradeoffChart(summary)
    const spec = specOf(chart, 'study')
    // Drawn as a plain line, to read its points off the path.
    const first = (spec.layer as Record<string, unknown>[])[0]
    const line = { ...spec, layer: [{ ...first, mark: { type: 'line' } }] }
    const { svg } = await renderSvg(line as never)
    const path = /mark-line[^]*? d="([^"]*)"/.exec(svg)?.[1] ?? ''
    const corners = path.split(/[ML]/).filter((part) => part !== '')
    const distinct = new Set(front.map((variant) => points[variant].join(' ')))
    expect(corners).toHaveLength(distinct.size)
  })

  test('the sentence names them from the cheapest on, and counts what is too many', () => {
    expect(
      frontSentence(
        summaryOf([
          [3, 1],
          [1, 3],
          [2, 2],
          [4, 4],
        ]),
      ),
    ).toBe('Pareto front of mean cost and mean SLO misses, cheapest first: v1; v2; v0.')
    expect(
      frontSentence(
        summaryOf([
          [1, 1],
          [2, 2],
        ]),
      ),
    ).toBe('No variant has a lower mean cost or lower mean SLO misses than v0.')
    expect(frontSentence(summaryOf([[1, 1]]))).toBe('')
    expect(frontSentence(summaryOf(Array.from({ length: 8 }, (_, i) => [i + 1, 9 - i] as const)))).toMatch(
      /v0; v1; v2; v3; v4; v5; and 2 more\.$/,
    )
  })
})
