import { describe, expect, it } from 'vitest'
import { ColumnTable, grown } from './table.ts'

const Phase = { Idle: 0, Busy: 1, Lost: 2 } as const
type Phase = (typeof Phase)[keyof typeof Phase]

class Things extends ColumnTable {
  readonly amount = this.column(Float64Array)
  readonly owner = this.column(Int32Array, -1)
  readonly share = this.column(Uint32Array, 7, 3)
  readonly phase = this.kinds<Phase>(Phase.Lost)
  readonly byResource = this.columns(Float64Array, 2, 5)
  first = this.byResource[0]
  growths = 0

  constructor() {
    super(4)
  }

  protected override grew(): void {
    this.first = this.byResource[0]
    this.growths++
  }
}

const lengths = (table: Things): number[] =>
  [table.amount, table.owner, table.share, table.phase, ...table.byResource].map(({ length }) => length)

describe('a column table', () => {
  it('holds the fill values from the start, and behind every growth', () => {
    const table = new Things()
    expect(lengths(table)).toEqual([4, 4, 12, 4, 4, 4])
    for (const rows of [4, 5, 100]) {
      table.reserve(rows)
      expect([...table.amount].every((value) => value === 0)).toBe(true)
      expect([...table.owner].every((value) => value === -1)).toBe(true)
      expect([...table.share].every((value) => value === 7)).toBe(true)
      expect([...table.phase].every((value) => value === Phase.Lost)).toBe(true)
      expect(table.byResource.every((column) => [...column].every((value) => value === 5))).toBe(true)
    }
  })

  it('at least doubles, or grows to the rows that are asked for; does nothing when they fit', () => {
    const table = new Things()
    const { amount } = table
    table.reserve(4)
    expect(table.amount).toBe(amount)
    table.reserve(5)
    expect(lengths(table)).toEqual([8, 8, 24, 8, 8, 8])
    table.reserve(100)
    expect(lengths(table)).toEqual([100, 100, 300, 100, 100, 100])
    expect(table.growths).toBe(2)
  })

  it('keeps what its rows hold, of every type and width', () => {
    const table = new Things()
    table.amount[3] = 1e300
    table.owner[3] = 12
    table.share[3 * 3 + 2] = 4_000_000_000
    table.phase[3] = Phase.Busy
    table.byResource[1][3] = 0.5
    table.reserve(9)
    table.reserve(33)
    expect(table.amount[3]).toBe(1e300)
    expect(table.owner[3]).toBe(12)
    expect(table.share[3 * 3 + 2]).toBe(4_000_000_000)
    expect(table.phase[3]).toBe(Phase.Busy)
    expect(table.byResource[1][3]).toBe(0.5)
    expect(table.amount).toBeInstanceOf(Float64Array)
    expect(table.phase).toBeInstanceOf(Uint8Array)
  })

  it('sets the second names of listed columns again in grew()', () => {
    const table = new Things()
    table.reserve(5)
    expect(table.first).toBe(table.byResource[0])
    table.first[4] = 3
    expect(table.byResource[0][4]).toBe(3)
  })

  it('grows columns of a subclass that are declared after the first growth', () => {
    class Base extends ColumnTable {
      readonly early = this.column(Int32Array)
      constructor() {
        super(2)
        this.reserve(3)
      }
    }
    class Late extends Base {
      readonly late = this.column(Int32Array, 9)
    }
    const table = new Late()
    table.reserve(10)
    expect([table.early.length, table.late.length, table.late[9]]).toEqual([10, 10, 9])
  })

  it('refuses a column that no field holds, or that two fields hold', () => {
    class Lost extends ColumnTable {
      constructor() {
        super(1)
        this.column(Int32Array)
      }
    }
    expect(() => new Lost().reserve(2)).toThrow('a declared column is held by no field')
    class Twice extends ColumnTable {
      readonly a = this.column(Int32Array)
      readonly b = this.a
    }
    expect(() => new Twice().reserve(65)).toThrow('the field b holds a column that another field holds')
  })
})

describe('grown', () => {
  it('returns the column itself when it is long enough, otherwise a copy whose new places hold the fill', () => {
    const column = Int32Array.of(1, 2)
    expect(grown(column, 2)).toBe(column)
    expect(grown(column, 4, -1)).toEqual(Int32Array.of(1, 2, -1, -1))
    expect(column).toEqual(Int32Array.of(1, 2))
  })
})
