/** Growing columns: typed arrays that are copied into a longer one. Owners reassign the field, so readers fetch it at each call. */

export type TypedColumn = Uint8Array | Uint16Array | Int32Array | Float64Array

/** A copy of `column` with at least `length` places, new ones holding `fill`. */
export function grown<T extends TypedColumn>(column: T, length: number, fill = 0): T {
  if (length <= column.length) return column
  const fresh = new (column.constructor as new (length: number) => T)(length)
  fresh.set(column)
  if (fill !== 0) fresh.fill(fill, column.length)
  return fresh
}
