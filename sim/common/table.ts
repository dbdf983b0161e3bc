/**
 * Column tables: one typed array per property of a thing, all of one length, that grow together. A column is declared once, with its
 * type, its fill value and, where a row has several places, its width:
 *
 *   class Servers extends ColumnTable {
 *     readonly epoch = this.column(Int32Array)
 *     readonly pod = this.column(Int32Array, NONE)
 *     free = this.column(Int32Array, 0, DEVICES)
 *   }
 *
 * Growth replaces the array behind the field, so a column is read from its table at each use and never kept. Columns stay plain fields
 * of the class (no proxy, no map by name), so an access costs what a hand-written field costs.
 */

export type TypedColumn = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array
type ColumnType<T extends TypedColumn> = new (length: number) => T

interface Declared {
  readonly fill: number
  readonly width: number
}

/** A copy of `column` with at least `length` places; new places hold `fill`. */
export function grown<T extends TypedColumn>(column: T, length: number, fill = 0): T {
  if (length <= column.length) return column
  const longer = new (column.constructor as ColumnType<T>)(length)
  longer.set(column)
  if (fill !== 0) longer.fill(fill, column.length)
  return longer
}

export abstract class ColumnTable {
  /** Rows that fit before the next growth. */
  protected capacity: number
  /** What was declared of each column, in order of declaration; found by identity at the first growth. */
  private declared: Map<TypedColumn, Declared> | null = new Map()
  /** Field names with their declarations, made at the first growth, when all fields are there. */
  private fields: [name: string, column: Declared][] = []
  /** Lists of columns (one per resource): their arrays are replaced inside the list. */
  private readonly lists: { readonly list: TypedColumn[]; readonly fill: number }[] = []

  constructor(capacity = 64) {
    this.capacity = capacity
  }

  /** Declares a column; to be used as the initial value of a field. */
  protected column<T extends TypedColumn>(type: ColumnType<T>, fill = 0, width = 1): T {
    const column = new type(this.capacity * width)
    if (fill !== 0) column.fill(fill)
    this.declared!.set(column, { fill, width })
    return column
  }

  /** Declares a list of `count` columns of one type, such as one per resource. */
  protected columns<T extends TypedColumn>(type: ColumnType<T>, count: number, fill = 0): T[] {
    const list = Array.from({ length: count }, () => {
      const column = new type(this.capacity)
      if (fill !== 0) column.fill(fill)
      return column
    })
    this.lists.push({ list, fill })
    return list
  }

  /** Makes room for `rows` rows, at least doubling. Does nothing when they fit. */
  reserve(rows: number): void {
    if (rows <= this.capacity) return
    const capacity = Math.max(rows, this.capacity * 2)
    this.capacity = capacity
    const table = this as unknown as Record<string, TypedColumn>
    if (this.declared !== null) {
      this.fields = fieldsOf(table, this.declared)
      this.declared = null
    }
    for (const [name, { fill, width }] of this.fields) table[name] = grown(table[name], capacity * width, fill)
    for (const { list, fill } of this.lists) for (let i = 0; i < list.length; i++) list[i] = grown(list[i], capacity, fill)
    this.grew()
  }

  /** Called after each growth: for columns that are another name of one in a list. */
  protected grew(): void {}
}

function fieldsOf(table: Readonly<Record<string, unknown>>, declared: ReadonlyMap<TypedColumn, Declared>): [string, Declared][] {
  const fields: [string, Declared][] = []
  for (const [name, value] of Object.entries(table)) {
    const column = declared.get(value as TypedColumn)
    if (column !== undefined) fields.push([name, column])
  }
  if (fields.length < declared.size)
    throw new Error('a declared column is held by no field of its table; accepted: field = this.column(...)')
  return fields
}
