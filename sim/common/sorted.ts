/** Orders that are the same on every machine. */

/** Entries of a map in the order of their keys, by code unit and not by the language of the machine. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))
}
