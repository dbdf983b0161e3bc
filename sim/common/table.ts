/**
 * Column tables: one typed array per property of a thing, all with the same number of rows, that grow together. A column is declared once,
 * with its type, its fill value and, where a row has several places, its width:
 *
 *   class Servers extends ColumnTable {
 *     readonly epoch = this.column(Int32Array)
 *     readonly pod = this.column(Int32Array, NONE)
 *     readonly phase = this.kinds<Phase>(Phase.Idle)
 *     readonly free = this.column(Int32Array, 0, DEVICES)
 *   }
 *
 * Growth replaces the array behind the field (`readonly` keeps everyone else from doing so), so a column is read from its table at each use
 * and never kept. Columns are plain fields of the class, not a proxy and not a map by name: an access costs what a hand-written field costs.
 */

/** The typed arrays that a column may be. */
export type TypedColumn = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array

/** A byte per row, each one value of the union `T` (a state, a phase, a kind). */
export type KindColumn<T extends number> = Uint8Array & { [row: number]: T }

type ColumnType<T extends TypedColumn> = new (length: number) => T

interface Declared {
  readonly fill: number
  readonly width: number
}

/** `column` itself when it has `length` places, otherwise a longer copy whose new places hold `fill`. */
export function grown<T extends TypedColumn>(column: T, length: number, fill = 0): T {
  if (length <= column.length) return column
  const longer = new (column.constructor as ColumnType<T>)(length)
  longer.set(column)
  if (fill !== 0) longer.fill(fill, column.length)
  return longer
}

/** A thing per row, a property per column: see the head of the file. */
export abstract class ColumnTable {
  /** Rows for which every column has places. */
  protected reserved: number
  /** Columns declared since the last growth. The next growth finds their fields by identity, since a field has no name while it is initialised. */
  private readonly declared = new Map<TypedColumn, Declared>()
  private readonly fields: [name: string, column: Declared][] = []
  /** Lists of columns (one per resource): growth replaces the arrays inside the list. */
  private readonly lists: { readonly list: TypedColumn[]; readonly fill: number }[] = []

  /** @param rows that fit before the first growth */
  constructor(rows = 64) {
    this.reserved = rows
  }

  /** Declares a column: the initial value of a field. */
  protected column<T extends TypedColumn>(type: ColumnType<T>, fill = 0, width = 1): T {
    const column = new type(this.reserved * width)
    if (fill !== 0) column.fill(fill)
    this.declared.set(column, { fill, width })
    return column
  }

  /** Declares a column of kinds: the initial value of a field. */
  protected kinds<T extends number>(fill: T): KindColumn<T> {
    return this.column(Uint8Array, fill) as KindColumn<T>
  }

  /** Declares a list of `count` columns of one type, such as one per resource: the initial value of a field. */
  protected columns<T extends TypedColumn>(type: ColumnType<T>, count: number, fill = 0): T[] {
    const list = Array.from({ length: count }, () => {
      const column = new type(this.reserved)
      if (fill !== 0) column.fill(fill)
      return column
    })
    this.lists.push({ list, fill })
    return list
  }

  /** Grows every column to at least `rows` rows, and to at least twice its length. Does nothing when they fit. */
  reserve(rows: number): void {
    if (rows > this.reserved) this.grow(Math.max(rows, this.reserved * 2))
  }

  /** Called after each growth: a field that is another name of a column in a list is set again. */
  protected grew(): void {}

  private grow(rows: number): void {
    const table = this as unknown as Record<string, TypedColumn>
    if (this.declared.size > 0) {
      this.fields.push(...fieldsOf(table, this.declared))
      this.declared.clear()
    }
    this.reserved = rows
    for (const [name, { fill, width }] of this.fields) table[name] = grown(table[name], rows * width, fill)
    for (const { list, fill } of this.lists) for (let i = 0; i < list.length; i++) list[i] = grown(list[i], rows, fill)
    this.grew()
  }
}

/** Columns whose rows are taken and given back: the number of rows is that of those in use at once. */
export class RowTable extends ColumnTable {
  private readonly free: number[] = []
  private high = 0

  /** A row that nobody uses; its values are those of its last use. */
  take(): number {
    const row = this.free.pop() ?? this.high++
    this.reserve(this.high)
    return row
  }

  give(row: number): void {
    this.free.push(row)
  }
}

/** @throws when a declared column is not the value of exactly one field: growth could not replace it */
function fieldsOf(table: Readonly<Record<string, unknown>>, declared: ReadonlyMap<TypedColumn, Declared>): [string, Declared][] {
  const fields: [string, Declared][] = []
  const held = new Set<unknown>()
  for (const [name, value] of Object.entries(table)) {
    const column = declared.get(value as TypedColumn)
    if (column === undefined) continue
    if (held.has(value)) throw new Error(`the field ${name} holds a column that another field holds; accepted: one field per column`)
    held.add(value)
    fields.push([name, column])
  }
  if (fields.length < declared.size)
    throw new Error('a declared column is held by no field of its table; accepted: field = this.column(...)')
  return fields
}
