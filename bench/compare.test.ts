import { expect, it } from 'vitest'
import { delta, table, thisRun } from './compare.ts'
import type { BenchRow } from './harness.ts'

const row = (name: string, value: number, unit = 'ns/op'): BenchRow => ({ name, value, unit })
const baseline = { machine: 'other', node: 'v20.0.0', rows: [row('hold', 50), row('none', 0), row('same', 3, 'E')] }

it('shows the change against the baseline row of the same name and unit: 60 over 50 is +20 %', () => {
  expect(delta(row('hold', 60), baseline)).toBe('+20 %')
  expect(delta(row('hold', 40), baseline)).toBe('-20 %')
  expect(delta(row('same', 3, 'E'), baseline)).toBe('0 %')
  expect([
    delta(row('hold', 60, 'E'), baseline),
    delta(row('new', 1), baseline),
    delta(row('none', 1), baseline),
    delta(row('hold', 60), undefined),
  ]).toEqual(['', '', '', ''])
})

it('says that a value is below the resolution, and gives neither a ratio nor a change', () => {
  const small = { ...row('hold', -0.01), twin: 0.2, resolution: 0.05 }
  expect(table(thisRun([small]), baseline)).toMatch(/hold\s+< 0\.05\s+ns\/op\s+0\.20\n/)
  expect(delta(small, baseline)).toBe('')
  expect(delta(row('hold', 60), { ...baseline, rows: [small] })).toBe('')
  expect(table(thisRun([{ ...small, value: 0.06 }]), undefined)).toMatch(/hold\s+0\.06/)
})

it('prints a line a row with the twin beside it', () => {
  const text = table(thisRun([{ ...row('hold', 60), twin: 210, ratio: 3.5, goal: 'at least 3.2x' }]), baseline)
  expect(text).toContain('baseline: other, Node v20.0.0')
  expect(text).toMatch(/hold\s+60\.0\s+ns\/op\s+210\s+3\.50x\s+\+20 %\s+at least 3\.2x/)
  expect(table(thisRun([{ ...row('hold', 60), goal: 'at most 13 E' }]), baseline, true)).toMatch(/\+20 %\s+too short for: at most 13 E/)
  expect(table(thisRun([]), undefined)).toContain('no baseline of this kind is stored')
})
