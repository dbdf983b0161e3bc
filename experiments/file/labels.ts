/** Labels of the values of an axis: short, unique, and for an algorithm its name. */
import { plainText } from '../../reports/index.ts'
import { startsWith, type Axis } from './compare.ts'
import type { Path } from './document.ts'
import { FAMILY_PATHS, type FamilyPath } from './families.ts'
import { isMap } from './quantities.ts'
import { loadedKey, type LoadedFiles } from './loaded-files.ts'

/** An axis with a label for each of its values. */
export type LabelledAxis = Axis & { readonly labels: readonly string[] }

/** Labels the axes; an own algorithm is called by the `name` of its loaded file. */
export function labelled(axes: readonly Axis[], loaded: LoadedFiles): LabelledAxis[] {
  return axes.map((axis) => ({
    ...axis,
    labels: labelsOf(
      axis.path,
      axis.values.map(({ value }) => value),
      loaded,
    ),
  }))
}

/** Except for algorithms, a label begins with the last key of the path. */
function labelsOf(path: Path, values: readonly unknown[], loaded: LoadedFiles): string[] {
  const ofFamily = FAMILY_PATHS.some((family) => startsWith(family.split('.'), path) || family === path.join('.'))
  const family = familyAt(path)
  const named = values.map((value) => {
    const label = family === undefined && !ofFamily ? plainLabel(value) : algorithmLabel(value, family, loaded)
    return plainText(ofFamily ? label : `${String(path[path.length - 1])} ${label}`)
  })
  const short = named.map((label, i) => {
    const namesakes = values.filter((_, j) => named[j] === label)
    return family === undefined ? label : plainText(withFile(label, values[i], namesakes))
  })
  return short.map((label, i) => {
    const namesakes = values.filter((_, j) => short[j] === label)
    return namesakes.length === 1 ? label : plainText(distinguished(label, values[i], namesakes, i))
  })
}

/** The family whose algorithms are the values at a path. */
function familyAt(path: Path): FamilyPath | undefined {
  if (path[0] === 'schedulers' && path.length === 3)
    return path[2] === 'algorithm' ? 'scheduling' : path[2] === 'order' ? 'scheduling.order' : undefined
  // A service and a call may have balancers of their own.
  if (path[0] === 'workload' && (path[1] === 'services' || path[1] === 'behavior') && path[path.length - 1] === 'slb') return 'slb'
  return FAMILY_PATHS.find((family) => family === path.join('.'))
}

/** "best-fit (best-fit.ts)" for an own file beside a namesake from elsewhere. */
function withFile(label: string, value: unknown, namesakes: readonly unknown[]): string {
  const file = fileOf(value)
  if (file === undefined || namesakes.every((other) => fileOf(other) === file)) return label
  const files = new Set(namesakes.map(fileOf))
  const unique = [...files].filter((other) => other !== undefined && lastOf(other) === lastOf(file)).length === 1
  return `${label} (${unique ? lastOf(file) : file})`
}

/** Adds the parameters in which a value differs from its namesakes, or its number if that is not possible. */
function distinguished(label: string, value: unknown, namesakes: readonly unknown[], index: number): string {
  if (!isMap(value)) return namesakes.every((other) => other === value || isMap(other)) ? `${label} (defaults)` : `${label} #${index + 1}`
  const differing = Object.keys(value).filter(
    (key) =>
      key !== 'name' &&
      key !== 'file' &&
      namesakes.some((other) => !isMap(other) || JSON.stringify(other[key]) !== JSON.stringify(value[key])),
  )
  return differing.length === 0
    ? `${label} #${index + 1}`
    : `${label} ${differing.map((key) => `${key}=${plainLabel(value[key])}`).join(' ')}`
}

/** The name of an algorithm; without a loaded file, of a file that has problems. */
function algorithmLabel(value: unknown, family: FamilyPath | undefined, loaded: LoadedFiles): string {
  if (!isMap(value)) return plainLabel(value)
  if (typeof value['name'] === 'string') return value['name']
  const file = fileOf(value)
  if (file === undefined) return plainLabel(value)
  const entry = family === undefined ? undefined : loaded.get(loadedKey(family, file))
  return entry !== undefined && 'definition' in entry ? entry.definition.name : lastOf(file).replace(/\.[cm]?[jt]s$/, '')
}

const fileOf = (value: unknown): string | undefined => (isMap(value) && typeof value['file'] === 'string' ? value['file'] : undefined)

const lastOf = (file: string): string => file.replace(/^.*[/\\]/, '')

const plainLabel = (value: unknown): string => {
  if (isMap(value)) {
    const entries = Object.entries(value).map(([key, inner]) => `${key} ${plainLabel(inner)}`)
    return entries.length === 0 ? '{}' : entries.join(' ')
  }
  return Array.isArray(value) ? `[${value.map(plainLabel).join(', ')}]` : String(value)
}
