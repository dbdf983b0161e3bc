/**
 * Values laid over a file: the axes of `compare` and `--set`. A path is a list of keys joined by dots in which a list item is
 * addressed by its name (`workload.services.web.traffic.rate`).
 */
import { suggestion } from '../../sim/index.ts'
import { parseValue, pathText, show, valueAt, type Path, type Place, type Problem, type Source } from './document.ts'
import { FAMILY_PATHS, familyOf, roleKeys, type FamilyPath } from './families.ts'
import { isMap } from './quantities.ts'
import { experimentShape } from './schema/experiment.ts'

/** A value that replaces one of the file, with a place for its problems. */
export interface Overlay {
  readonly path: Path
  readonly value: unknown
  /** Place of the value, or of a part of it. */
  place(inner: Path, onKey: boolean): Place
}

/** One axis of `compare`. */
export interface Axis {
  /** As written: the name of the column in tables. */
  readonly key: string
  readonly path: Path
  readonly values: readonly Overlay[]
}

/** The steps of a path, in which list items are addressed by name, or a message. */
export function stepsOf(text: string, data: unknown): Path | { readonly wrong: string } {
  const keys = text.split('.')
  if (keys.some((key) => key === '' || key === '__proto__'))
    return { wrong: `found the path ${show(text)}; accepted: keys joined by dots, such as workload.services.web.replicas` }
  const path: (string | number)[] = []
  for (const key of keys) {
    const parent = valueAt(data, path)
    if (!Array.isArray(parent)) {
      path.push(key)
      continue
    }
    const names = parent.map((item: unknown) => (isMap(item) ? String(item['name'] ?? item['trace'] ?? item['call'] ?? '') : ''))
    const index = names.includes(key) ? names.indexOf(key) : /^\d+$/.test(key) && Number(key) < parent.length ? Number(key) : -1
    if (index < 0)
      return {
        wrong: `found no item ${show(key)} in ${pathText(data, path)}; accepted: ${names.filter((n) => n !== '').join(', ') || 'a list with named items'}${suggestion(key, names)}`,
      }
    path.push(index)
  }
  return path
}

/** A copy of `data` with the values of the overlays. */
export function laidOver(data: unknown, overlays: readonly Overlay[]): Record<string, unknown> {
  const copy = structuredClone(data) as Record<string, unknown>
  for (const { path, value } of overlays) {
    let parent: Record<string | number, unknown> = copy
    path.slice(0, -1).forEach((step, depth) => {
      const inner = parent[step]
      if (typeof inner === 'object' && inner !== null) parent = inner as Record<string, unknown>
      else {
        // A parameter of an algorithm that is chosen by its bare name: `scheduling: snug` and `scheduling.memoryWeight`.
        const family = path.slice(0, depth + 1).join('.') as FamilyPath
        const named = FAMILY_PATHS.includes(family) ? { name: typeof inner === 'string' ? inner : familyOf(family).default } : {}
        parent[step] = named
        parent = named
      }
    })
    const last = path[path.length - 1]
    parent[last] = withKeptKeys(path, structuredClone(value), parent[last])
  }
  return copy
}

/** A replaced algorithm keeps the keys beside it: `scheduling: [best-fit, first-fit]` keeps the file's `order`. */
function withKeptKeys(path: Path, value: unknown, before: unknown): unknown {
  const keys = roleKeys(path)
  if (!isMap(before) || !(typeof value === 'string' || isMap(value))) return value
  const kept = Object.entries(before).filter(([key]) => keys.includes(key))
  return kept.length === 0 ? value : { ...Object.fromEntries(kept), ...(isMap(value) ? value : { name: value }) }
}

/** Whether `inner` is a key beside the algorithm that the axis `outer` replaces, and no value of `outer` sets it. */
function besides(outer: Path, values: readonly unknown[], inner: Path): boolean {
  const key = inner[outer.length]
  return (
    startsWith(inner, outer) && roleKeys(outer).includes(String(key)) && values.every((value) => !isMap(value) || !(String(key) in value))
  )
}

/** `--set path=value`; the value is read as YAML. */
export function parseSet(text: string, data: unknown): Overlay | Problem {
  const file = `--set ${text}`
  const equals = text.indexOf('=')
  const place = (column: number): Place => ({ file, line: 1, column })
  if (equals < 1)
    return { place: place(1), path: '', message: `found ${show(text)}; accepted: path=value, such as workload.services.web.replicas=20` }
  const key = text.slice(0, equals)
  const read = parseValue(text.slice(equals + 1))
  if (read === undefined) {
    return {
      place: place(equals + 2),
      path: key,
      message: `found a value that is not YAML: ${show(text.slice(equals + 1))}; accepted: a value as in the file`,
    }
  }
  const path = stepsOf(key, data)
  if ('wrong' in path) return { place: place(1), path: key, message: path.wrong }
  return { path, value: read.value, place: (_, onKey) => place(onKey ? 1 : equals + 2) }
}

/** The axes of `compare` and their problems. */
export function axesOf(
  data: Readonly<Record<string, unknown>>,
  place: Source['place'],
  keyPlace: Source['keyPlace'],
): { readonly axes: readonly Axis[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const axes: Axis[] = []
  const compare = data['compare']
  if (compare === undefined || compare === null) return { axes, problems }
  if (!isMap(compare)) {
    problems.push({
      place: place(['compare']),
      path: 'compare',
      message: `found ${show(compare)}; accepted: a map from paths to lists of values`,
    })
    return { axes, problems }
  }
  for (const [key, values] of Object.entries(compare)) {
    const refuse = (message: string, at: Place = keyPlace(['compare', key])): void =>
      void problems.push({ place: at, path: `compare.${key}`, message })
    const path = stepsOf(key, data)
    if ('wrong' in path) refuse(path.wrong)
    else if (Object.hasOwn(experimentShape, path[0]) || path[0] === 'compare')
      refuse(
        `found ${show(String(path[0]))}, which belongs to the experiment as a whole; accepted: a path of a single run, such as scheduling or horizon`,
      )
    else if (!Array.isArray(values)) refuse(`found ${show(values)}; accepted: a list of values`, place(['compare', key]))
    else if (values.length === 0) refuse('found an empty list; accepted: at least one value', place(['compare', key]))
    else {
      const texts = values.map((value) => JSON.stringify(value))
      texts.forEach((text, i) => {
        if (texts.indexOf(text) < i)
          refuse(
            `found the value ${typeof values[i] === 'object' ? text : show(values[i])} a second time; accepted: each value once`,
            place(['compare', key, i]),
          )
      })
      const other = axes.find((axis) => {
        const overlap = startsWith(axis.path, path) || startsWith(path, axis.path)
        return (
          overlap &&
          !besides(
            axis.path,
            axis.values.map((one) => one.value),
            path,
          ) &&
          !besides(path, values, axis.path)
        )
      })
      if (other !== undefined) refuse(`found an axis inside or around the axis ${other.key}; accepted: axes that do not overlap`)
      axes.push({
        key,
        path,
        values: values.map((value: unknown, i) => ({
          path,
          value,
          place: (inner, onKey) =>
            inner.length === 0
              ? onKey
                ? keyPlace(['compare', key])
                : place(['compare', key, i])
              : (onKey ? keyPlace : place)(['compare', key, i, ...inner]),
        })),
      })
    }
  }
  return { axes, problems }
}

export const startsWith = (path: Path, beginning: Path): boolean => beginning.every((step, i) => path[i] === step)

/** All combinations of axis values; the last axis varies fastest. Without axes one empty combination. */
export function combinations(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>((all, size) => all.flatMap((choice) => Array.from({ length: size }, (_, i) => [...choice, i])), [[]])
}
