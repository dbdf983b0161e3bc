/** Which fields of an object are read, and what the others mean. The types of the objects come from the library kubernetes-types. */

/** The field is read. */
export const READ = Symbol('read')
/** The field changes nothing that is simulated. */
export const NO_EFFECT = Symbol('no effect')

/** How a field is used: read, without effect, or the effect that is missing because it is not read. */
export type FieldUse = typeof READ | typeof NO_EFFECT | string

/** A use for every field of T, so that a new version of the library that adds a field does not compile until the field is decided on. */
export type Fields<T> = { readonly [Key in keyof T & string]-?: FieldUse }

/** The same uses for several fields. */
export function uses<Key extends string>(use: FieldUse, ...keys: readonly Key[]): { readonly [K in Key]: FieldUse } {
  return Object.fromEntries(keys.map((key) => [key, use])) as { readonly [K in Key]: FieldUse }
}
