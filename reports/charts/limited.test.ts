/** Hostile specifications end with a sentence, within the limits. */
import { describe, expect, test } from 'vitest'
import { readOwnSpec } from './own-spec.ts'
import { DRAWING_LIMITS, renderLimited } from './limited.ts'
import { renderSvg } from './render.ts'
import type { ChartSpec } from './theme.ts'

const point = (spec: ChartSpec): ChartSpec => ({
  data: { values: [{ a: 1 }] },
  mark: 'point',
  encoding: { x: { field: 'a', type: 'quantitative' } },
  ...spec,
})

const drawn = (spec: ChartSpec, limits = DRAWING_LIMITS): Promise<unknown> =>
  renderLimited(readOwnSpec(JSON.stringify(spec), 'mine.json').spec, limits)

describe('limits of drawing', () => {
  test('a harmless specification is drawn as without a process of its own, byte by byte', async () => {
    expect(await renderLimited(point({}))).toEqual(await renderSvg(point({})))
  }, 60_000)

  test('a regular expression that would not end in a lifetime ends at the limit of time', async () => {
    // (a+)+$ on 40 letters and another one: 2^40 ways to fail
    const evil = point({ transform: [{ calculate: `test(regexp('(a+)+$'), '${'a'.repeat(40)}!')`, as: 'b' }] })
    const begin = Date.now()
    await expect(drawn(evil, { ...DRAWING_LIMITS, seconds: 5 })).rejects.toThrow(/^drawing took longer than 5 s; accepted: /)
    expect(Date.now() - begin).toBeLessThan(30_000)
  }, 60_000)

  test('rows made by an expression end at the limit of memory', async () => {
    const evil = point({ transform: [{ calculate: 'sequence(0, 30000000)', as: 'b' }, { flatten: ['b'] }] })
    await expect(drawn(evil, { ...DRAWING_LIMITS, memory: 96 })).rejects.toThrow(/^drawing needed more than 96 MiB of memory; accepted: /)
  }, 90_000)

  test('a picture of a million by a million pixels, and a drawing of many marks, are refused by their size', async () => {
    await expect(drawn(point({ width: 1e6, height: 1e6 }))).rejects.toThrow(
      /^the picture would have \d+ million pixels; accepted: at most 64 million/,
    )
    const marks = point({ data: { sequence: { start: 0, stop: 20_000, as: 'a' } } })
    await expect(drawn(marks, { ...DRAWING_LIMITS, size: 1 })).rejects.toThrow(/^the drawing has more than 1 MiB; accepted: /)
  }, 90_000)

  test('what vega cannot draw is an error with its words', async () => {
    await expect(drawn(point({ transform: [{ calculate: 'nothing(', as: 'b' }] }))).rejects.toThrow()
  }, 60_000)
})
