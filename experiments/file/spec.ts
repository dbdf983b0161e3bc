/**
 * From a YAML file to a resolved experiment, or all of its problems at once. A variant is the file with the values of its axes laid
 * over it, validated as if it had been written that way; a problem in an axis value is reported at that value.
 */
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { suggestion } from '../../sim/common/suggestion.ts'
import { checkData, checkPrimary, checkScenario, defaultPrimary, duplicateNames, idleAxes } from './checks.ts'
import { assertionIssues } from './assertions.ts'
import { axesOf, combinations, laidOver, parseSet, startsWith, type Axis, type Overlay } from './compare.ts'
import { pathText, readSource, show, valueAt, type Path, type Place, type Problem, type Source } from './document.ts'
import { FAMILY_PATHS, familyOf } from './families.ts'
import { loadFile } from './load.ts'
import { isMap } from './quantities.ts'
import { resolveScenario, type Issue } from './resolve.ts'
import type { Scenario } from './scenario.ts'
import { experimentShape, itemSchemas, scenarioShape, type ExperimentData, type ScenarioData } from './schema.ts'
import { loadedKey, type LoadedFile, type LoadedFiles } from './selection.ts'

export interface Experiment extends Omit<ExperimentData, 'primary'> {
  /** As the user named it. */
  readonly file: string
  readonly primary: string
  readonly axes: readonly { readonly key: string; readonly labels: readonly string[] }[]
  readonly variants: readonly { readonly choices: readonly number[]; readonly scenario: Scenario }[]
}

export type Resolved = { readonly experiment: Experiment } | { readonly problems: readonly Problem[] }

/** What the command line lays over the file. */
export interface Overrides {
  /** `path=value` */
  readonly set?: readonly string[]
}

const MOST_VARIANTS = 10_000

export async function readExperiment(file: string, overrides: Overrides = {}): Promise<Resolved> {
  const read = readSource(file)
  return 'problems' in read ? read : resolveSource(read.source, overrides)
}

export async function resolveSource(source: Source, overrides: Overrides = {}): Promise<Resolved> {
  const problems: Problem[] = []
  const sets: Overlay[] = []
  for (const text of overrides.set ?? []) {
    const parsed = parseSet(text, source.data)
    if ('message' in parsed) problems.push(parsed)
    else sets.push(asAxis(parsed, text.slice(0, text.indexOf('=')), source.data))
  }
  const base = laidOver(source.data, sets)
  const placeOf = (path: Path, onKey: boolean): Place =>
    placeUnder(sets, path, onKey) ?? (onKey ? source.keyPlace(path) : source.place(path))
  const compared = axesOf(
    base,
    (path) => placeOf(path, false),
    (path) => placeOf(path, true),
  )
  const { axes } = compared
  problems.push(...compared.problems)
  for (const { path, place } of sets) {
    const axis = axes.find((one) => startsWith(path, one.path))
    if (axis !== undefined)
      problems.push({
        place: place([], true),
        path: pathText(base, path),
        message: `found a path that is an axis of compare; accepted: a path beside its axes, or --set compare={} to leave them out`,
      })
  }
  const count = axes.reduce((product, axis) => product * axis.values.length, 1)
  if (count > MOST_VARIANTS) {
    problems.push({
      place: placeOf(['compare'], true),
      path: 'compare',
      message: `found ${count} variants; accepted: at most ${MOST_VARIANTS}`,
    })
    return { problems }
  }

  delete base['compare']
  const folder = dirname(resolve(source.file))
  const choices = combinations(axes.map((axis) => axis.values.length))
  const overlaysOf = (choice: readonly number[]): Overlay[] => choice.map((value, axis) => axes[axis].values[value])
  const raws = choices.map((choice) => laidOver(base, overlaysOf(choice)))
  const loaded = await loadAll(raws, folder)

  const whole = parseShape(experimentShape, raws[0])
  const known = [...Object.keys(experimentShape), ...Object.keys(scenarioShape(loaded)), 'compare']
  const shape = scenarioShape(loaded)
  // Without axes the base is the only variant. With axes it need not be valid by itself: an axis may give what it lacks.
  const baseIssues = new Set(axes.length === 0 ? [] : issuesOf(base, shape, known, folder).issues.map(issueKey))
  const variants: { choices: number[]; scenario: Scenario }[] = []
  const aboutPrimary: { issue: Issue; raw: Record<string, unknown>; overlays: readonly Overlay[] }[] = []
  for (const [i, raw] of raws.entries()) {
    const overlays = overlaysOf(choices[i])
    const found = issuesOf(raw, shape, known, folder)
    if (found.scenario !== undefined && whole.data.primary !== undefined)
      aboutPrimary.push(...checkPrimary(whole.data.primary, found.scenario).map((issue) => ({ issue, raw, overlays })))
    for (const issue of found.issues) problems.push(placed(issue, raw, overlays, baseIssues, placeOf))
    if (found.scenario !== undefined) variants.push({ choices: choices[i], scenario: found.scenario })
  }
  for (const { axis, message } of idleAxes(
    axes.map(({ key }) => key),
    variants.map(({ scenario }) => scenario),
  )) {
    problems.push({ place: placeOf(['compare', axes[axis].key], true), path: `compare.${axes[axis].key}`, message })
  }
  // A primary metric that no variant has is wrong by itself; one that some have is wrong at the axis values that take it away.
  if (aboutPrimary.length < variants.length)
    for (const { issue, raw, overlays } of aboutPrimary) problems.push(placed(issue, raw, overlays, baseIssues, placeOf))
  else if (aboutPrimary.length > 0) problems.push(placed(aboutPrimary[0].issue, base, [], new Set(), placeOf))
  // What belongs to the experiment as a whole hangs on no axis.
  for (const issue of whole.issues) problems.push(placed(issue, base, [], new Set(), placeOf))
  for (const issue of assertionIssues(whole.data.assert ?? [], axes)) problems.push(placed(issue, base, [], new Set(), placeOf))
  if (problems.length > 0) return { problems }
  const data = whole.data as ExperimentData
  const primary = data.primary ?? defaultPrimary(variants[0].scenario)
  return {
    experiment: {
      ...data,
      primary,
      file: source.file,
      variants,
      axes: axes.map(({ key, labels }: Axis) => ({ key, labels })),
    },
  }
}

/**
 * A list where the file takes none is an axis: `--set slb=[round-robin, two-choices]` compares the two, in place of the file's own axis
 * of that path if it has one. Where the file does take a list (zones, weights, ...) the list is the value.
 */
function asAxis(set: Overlay, key: string, data: Readonly<Record<string, unknown>>): Overlay {
  const [section] = set.path
  const shape = scenarioShape(new Map()) as Record<string, z.ZodType>
  const schema = Array.isArray(set.value) && Object.hasOwn(shape, section) ? shape[section] : undefined
  if (schema === undefined) return set
  const raw = laidOver(data, [set])
  const parsed = schema.safeParse(raw[section])
  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => issuesFrom(issue, String(section), raw))
  const refused = issues.some(
    ({ path, message }) => path.length === set.path.length && startsWith(path, set.path) && message.startsWith('found a list'),
  )
  return refused ? { ...set, path: ['compare', key] } : set
}

/** All issues of one variant, and its scenario when there are none. */
function issuesOf(
  raw: Record<string, unknown>,
  shape: ReturnType<typeof scenarioShape>,
  known: readonly string[],
  folder: string,
): { issues: Issue[]; scenario?: Scenario } {
  const issues: Issue[] = Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey([key], known))
  const parsed = parseShape(shape, raw)
  issues.push(...parsed.issues, ...duplicateNames(raw), ...checkData({ ...rightItems(raw), ...parsed.data }))
  if (issues.length > 0) return { issues }
  const resolved = resolveScenario(parsed.data as ScenarioData, folder)
  issues.push(...resolved.issues)
  if (issues.length === 0) issues.push(...checkScenario(resolved.scenario))
  return issues.length > 0 ? { issues } : { issues, scenario: resolved.scenario }
}

/** Of the sections with lists, the items that are right by themselves, each in its place; wrong ones are holes. */
function rightItems(raw: Record<string, unknown>): Partial<ScenarioData> {
  const sections: Record<string, Record<string, unknown[]>> = {}
  for (const [section, lists] of Object.entries(itemSchemas)) {
    const given = raw[section]
    if (!isMap(given) || Object.keys(lists).some((key) => !Array.isArray(given[key] ?? []))) continue
    const right: Record<string, unknown[]> = {}
    for (const [key, schema] of Object.entries(lists) as [string, z.ZodType][]) {
      const items = (given[key] ?? []) as unknown[]
      right[key] = []
      right[key].length = items.length // holes, which forEach passes over
      items.forEach((item, i) => {
        const parsed = schema.safeParse(item)
        if (parsed.success) right[key][i] = parsed.data
      })
    }
    sections[section] = right
  }
  return sections as unknown as Partial<ScenarioData>
}

/** Section by section, so that each gives its data or its issues. */
function parseShape<S extends Record<string, z.ZodType>>(
  shape: S,
  raw: Record<string, unknown>,
): { data: Partial<{ [K in keyof S]: z.infer<S[K]> }>; issues: Issue[] } {
  const data: Record<string, unknown> = {}
  const issues: Issue[] = []
  for (const [key, schema] of Object.entries(shape)) {
    const parsed = schema.safeParse(raw[key])
    if (parsed.success) data[key] = parsed.data
    else issues.push(...parsed.error.issues.flatMap((issue) => issuesFrom(issue, key, raw)))
  }
  return { data: data as Partial<{ [K in keyof S]: z.infer<S[K]> }>, issues }
}

function issuesFrom(issue: z.core.$ZodIssue, section: string, raw: unknown): Issue[] {
  const path = [section, ...issue.path] as (string | number)[]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(', ')))
  return [
    { path, message: issue.message.startsWith('found ') ? issue.message : `found ${show(valueAt(raw, path))}; accepted: ${issue.message}` },
  ]
}

function unknownKey(path: Path, known: readonly string[]): Issue {
  const key = String(path[path.length - 1])
  return { path, onKey: true, message: `found the unknown key ${show(key)}; accepted: ${known.join(', ')}${suggestion(key, known)}` }
}

const issueKey = (issue: Issue): string => `${issue.path.join('\n')}\n${issue.message}`

/** At the value that was laid over, in the file, or, when only the combination is wrong, at the axis value that made it so. */
function placed(
  issue: Issue,
  raw: unknown,
  overlays: readonly Overlay[],
  baseIssues: ReadonlySet<string>,
  placeOf: (path: Path, onKey: boolean) => Place,
): Problem {
  const onKey = issue.onKey === true
  const path = pathText(raw, issue.path)
  const under = placeUnder(overlays, issue.path, onKey)
  if (under !== undefined) return { place: under, path, message: issue.message }
  const guilty = baseIssues.size > 0 && baseIssues.has(issueKey(issue)) ? undefined : nearest(overlays, issue.path)
  return { place: guilty?.place([], false) ?? placeOf(issue.path, onKey), path, message: issue.message }
}

function placeUnder(overlays: readonly Overlay[], path: Path, onKey: boolean): Place | undefined {
  for (const overlay of [...overlays].reverse()) {
    if (startsWith(path, overlay.path)) return overlay.place(path.slice(overlay.path.length), onKey)
  }
  return undefined
}

/** The overlay that shares the longest beginning with the path. */
function nearest(overlays: readonly Overlay[], path: Path): Overlay | undefined {
  let best: Overlay | undefined
  let most = -1
  for (const overlay of overlays) {
    let shared = 0
    while (shared < path.length && overlay.path[shared] === path[shared]) shared++
    if (shared > most) {
      most = shared
      best = overlay
    }
  }
  return best
}

/** Loads every file that some variant names, once per family. */
async function loadAll(raws: readonly Record<string, unknown>[], folder: string): Promise<LoadedFiles> {
  const loaded = new Map<string, LoadedFile>()
  for (const family of FAMILY_PATHS) {
    for (const raw of raws) {
      const chosen = valueAt(raw, family.split('.'))
      const named = isMap(chosen) ? chosen['file'] : undefined
      if (typeof named !== 'string' || loaded.has(loadedKey(family, named))) continue
      loaded.set(loadedKey(family, named), await loadOne(family, named, resolve(folder, named)))
    }
  }
  return loaded
}

async function loadOne(path: (typeof FAMILY_PATHS)[number], named: string, file: string): Promise<LoadedFile> {
  const module = await loadFile(file)
  if ('wrong' in module) return { problems: [`${module.wrong} (${named})`] }
  const family = familyOf(path)
  const adopted = family.adopt(module.exported)
  if ('problems' in adopted)
    return { problems: adopted.problems.map((problem) => `found a file that is no ${family.word}: ${problem} (${named})`) }
  return { definition: adopted.definition, file, digest: module.digest }
}
