/**
 * Objects keyed by names that users choose. `{}` inherits names such as `constructor` and `toString`, and assigning to `__proto__` sets
 * no key, so such an object is read with `entryOf` and built with `Object.fromEntries`, which defines every name as its own key. Objects without a
 * prototype would lose it on the way to a worker: structured clone and JSON restore it.
 */

/** The value of the map's own key; undefined for a name that it only inherits. */
export function entryOf<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}
