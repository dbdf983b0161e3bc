import { describe, expect, it } from 'vitest'
import { actionRows } from './benchmark-action.ts'

describe('rows for github-action-benchmark (customSmallerIsBetter)', () => {
  const place = '2 x chip, Node v20'
  const rows = [
    { name: 'pop', value: 60, unit: 'ns/op', twin: 240, ratio: 4, goal: 'at least 3x' },
    { name: 'closures', value: 9, unit: 'E', ratio: 1.2 },
  ]

  it('each row as it is, and the speed-up over a twin as its inverse, so that smaller is better in all of them', () => {
    expect(actionRows({ machine: '2 x chip', node: 'v20', rows })).toEqual([
      { name: 'pop', unit: 'ns/op', value: 60, extra: `goal: at least 3x\n${place}` },
      { name: 'pop: time against its naive twin', unit: 'x', value: 0.25, extra: `goal: at least 3x\n${place}` },
      { name: 'closures', unit: 'E', value: 9, extra: place },
    ])
  })

  it('a value below the resolution is left out', () => {
    const small = { name: 'next-fit', value: -0.01, unit: 'µs a pod', resolution: 0.05 }
    expect(actionRows({ machine: '', node: '', rows: [small] })).toEqual([])
  })

  it('names are unique: the action draws one line a name', () => {
    const names = actionRows({ machine: '', node: '', rows }).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
