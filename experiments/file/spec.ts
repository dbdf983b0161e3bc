/**
 * From a YAML file to a resolved experiment, or all of its problems at once. A variant is the file with the values of its axes laid
 * over it, validated as if it had been written that way; a problem in an axis value is reported at that value.
 */
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { assertionIssues } from './assertions.ts'
import { checkData } from './checks/data.ts'
import { idleAxes } from './checks/idle-axes.ts'
import { duplicateNames } from './checks/names.ts'
import { checkPrimary, checkSelection, defaultPrimary } from './checks/primary.ts'
import { checkScenario } from './checks/scenario.ts'
import { axesOf, combinations, laidOver, parseSet, startsWith, type Axis, type Overlay } from './compare.ts'
import { pathText, readSource, valueAt, type Path, type Place, type Problem, type Source, type Issue } from './document.ts'
import { FAMILY_PATHS } from './families.ts'
import { labelled } from './labels.ts'
import { loadFile } from './load.ts'
import { isMap } from './quantities.ts'
import { resolveScenario } from './resolve.ts'
import { ManifestExpansion, type Expanded } from './resolve-manifests.ts'
import type { Scenario } from './scenario.ts'
import { itemSchemas, scenarioShape, type ExperimentData, type ScenarioData } from './schema.ts'
import { experimentShape } from './schema/experiment.ts'
import { issuesFrom, parseShape, unknownKey } from './parse-shape.ts'
import { adopterOf, loadedKey, type LoadedAs, type LoadedFile, type LoadedFiles } from './loaded-files.ts'

/** A valid experiment: its own keys, and one scenario per variant. */
export interface Experiment extends Omit<ExperimentData, 'primary'> {
  /** As the user named it. */
  readonly file: string
  readonly primary: string
  /** `values` as the file writes them. */
  readonly axes: readonly { readonly key: string; readonly labels: readonly string[]; readonly values: readonly unknown[] }[]
  readonly variants: readonly { readonly choices: readonly number[]; readonly scenario: Scenario }[]
  /** What a reader must know before the runs, such as rows of a trace that fit no node; a sentence each. */
  readonly warnings: readonly string[]
}

export type Resolved = { readonly experiment: Experiment } | { readonly problems: readonly Problem[] }

/** What the command line lays over the file. */
export interface Overrides {
  /** `path=value` */
  readonly set?: readonly string[]
}

const MAX_VARIANTS = 10_000

/** Reads and resolves an experiment file. */
export async function readExperiment(file: string, overrides: Overrides = {}): Promise<Resolved> {
  const read = readSource(file)
  return 'problems' in read ? read : resolveSource(read.source, overrides)
}

/** Resolves a file that was read. */
export async function resolveSource(source: Source, overrides: Overrides = {}): Promise<Resolved> {
  const layers = layersOf(source, overrides.set ?? [])
  const { base, placeOf } = layers
  const problems = [...layers.problems]
  const count = layers.axes.reduce((product, axis) => product * axis.values.length, 1)
  if (count > MAX_VARIANTS) {
    problems.push({
      place: placeOf(['compare'], true),
      path: 'compare',
      message: `found ${count} variants; accepted: at most ${MAX_VARIANTS}`,
    })
    return { problems }
  }
  const folder = dirname(resolve(source.file))
  const expansion = new ManifestExpansion(folder)
  const candidates = combinations(layers.axes.map((axis) => axis.values.length)).map((choices): Candidate => {
    const overlays = choices.map((value, axis) => layers.axes[axis].values[value])
    return { choices, overlays, expanded: expansion.expand(laidOver(base, overlays)) }
  })
  const loaded = await loadAll(
    candidates.map(({ expanded }) => expanded.raw),
    folder,
  )
  const axes = labelled(layers.axes, loaded)
  const whole = parseShape(experimentShape, candidates[0].expanded.raw)
  const checked = checkVariants(candidates, whole.data.primary, {
    base: layers.axes.length === 0 ? candidates[0].expanded : expansion.expand(base),
    axes,
    placeOf,
    folder,
    shape: scenarioShape(loaded),
  })
  problems.push(...checked.problems)
  // Keys of the experiment as a whole do not depend on an axis.
  for (const issue of [...whole.issues, ...assertionIssues(whole.data.assert ?? [], axes)])
    problems.push(placed(issue, base, [], new Set(), placeOf))
  if (problems.length > 0) return { problems }
  const data = whole.data as ExperimentData
  const { variants } = checked
  const primary = data.primary ?? defaultPrimary(variants[0].scenario)
  const unselectable = checkSelection(data.replications, primary, variants.length)
  if (unselectable.length > 0) return { problems: unselectable.map((issue) => placed(issue, base, [], new Set(), placeOf)) }
  return {
    experiment: {
      ...data,
      primary,
      file: source.file,
      variants,
      warnings: checked.warnings,
      axes: axes.map(({ key, labels, values }) => ({ key, labels, values: values.map(({ value }) => value) })),
    },
  }
}

type PlaceOf = (path: Path, onKey: boolean) => Place

/** The file with the values of `--set`, its axes, and the places of both. */
interface Layers {
  /** Without `compare`. */
  readonly base: Record<string, unknown>
  readonly axes: readonly Axis[]
  readonly placeOf: PlaceOf
  readonly problems: readonly Problem[]
}

function layersOf(source: Source, set: readonly string[]): Layers {
  const problems: Problem[] = []
  const sets: Overlay[] = []
  for (const text of set) {
    const parsed = parseSet(text, source.data)
    if ('message' in parsed) problems.push(parsed)
    else sets.push(asAxis(parsed, text.slice(0, text.indexOf('=')), source.data))
  }
  const base = laidOver(source.data, sets)
  const placeOf: PlaceOf = (path, onKey) => placeUnder(sets, path, onKey) ?? (onKey ? source.keyPlace(path) : source.place(path))
  const { axes, problems: ofAxes } = axesOf(
    base,
    (path) => placeOf(path, false),
    (path) => placeOf(path, true),
  )
  problems.push(...ofAxes)
  for (const { path, place } of sets) {
    if (axes.some((axis) => startsWith(path, axis.path)))
      problems.push({
        place: place([], true),
        path: pathText(base, path),
        message: `found a path that is an axis of compare; accepted: a path beside its axes, or --set compare={} to leave them out`,
      })
  }
  delete base['compare']
  return { base, axes, placeOf, problems }
}

/** A variant that is not validated yet. */
interface Candidate {
  readonly choices: readonly number[]
  readonly overlays: readonly Overlay[]
  /** The file with the values of the variant, and with its manifests as items. */
  readonly expanded: Expanded
}

interface Checking extends Omit<Layers, 'problems' | 'base'> {
  readonly base: Expanded
  readonly folder: string
  readonly shape: ReturnType<typeof scenarioShape>
}

/** Validates all variants and collects the scenarios of those without issues. */
function checkVariants(
  candidates: readonly Candidate[],
  primary: string | undefined,
  { base, axes, placeOf, folder, shape }: Checking,
): { readonly problems: readonly Problem[]; readonly variants: Experiment['variants']; readonly warnings: readonly string[] } {
  const problems: Problem[] = []
  const warnings = new Set<string>()
  const variants: { choices: readonly number[]; scenario: Scenario }[] = []
  const known = [...Object.keys(experimentShape), ...Object.keys(shape), 'compare']
  // Without axes the base is the only variant. With axes it need not be valid by itself: an axis may supply a missing value.
  const baseIssues = new Set(axes.length === 0 ? [] : issuesOf(base, shape, known, folder).issues.map(issueKey))
  const aboutPrimary: (Candidate & { readonly issue: Issue })[] = []
  for (const candidate of candidates) {
    const { issues, scenario, warnings: found = [] } = issuesOf(candidate.expanded, shape, known, folder)
    for (const warning of found) warnings.add(warning)
    if (scenario !== undefined && primary !== undefined)
      aboutPrimary.push(...checkPrimary(primary, scenario).map((issue) => ({ ...candidate, issue })))
    for (const issue of issues) problems.push(placed(issue, candidate.expanded.raw, candidate.overlays, baseIssues, placeOf))
    if (scenario !== undefined) variants.push({ choices: candidate.choices, scenario })
  }
  for (const { axis, message } of idleAxes(
    axes.map(({ key }) => key),
    variants.map(({ scenario }) => scenario),
  )) {
    problems.push({ place: placeOf(['compare', axes[axis].key], true), path: `compare.${axes[axis].key}`, message })
  }
  // A primary metric that no variant defines is reported once; one that some define is reported at the axis values without it.
  if (aboutPrimary.length < variants.length)
    for (const { issue, expanded, overlays } of aboutPrimary) problems.push(placed(issue, expanded.raw, overlays, baseIssues, placeOf))
  else if (aboutPrimary.length > 0) problems.push(placed(aboutPrimary[0].issue, base.raw, [], new Set(), placeOf))
  return { problems, variants, warnings: [...warnings] }
}

/**
 * A list where the file accepts a single value is an axis: `--set slb=[round-robin, two-choices]` compares the two and replaces the
 * file's own axis of that path. Where the file accepts a list (zones, weights, ...) the list is the value.
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

/** All issues of one variant, or its scenario. */
function issuesOf(
  expanded: Expanded,
  shape: ReturnType<typeof scenarioShape>,
  known: readonly string[],
  folder: string,
): ReturnType<typeof issuesOfRaw> {
  const found = issuesOfRaw(expanded, shape, known, folder)
  return {
    ...found,
    issues: [...expanded.issues, ...found.issues.map((issue) => expanded.relocate(issue))],
    warnings: [...expanded.warnings, ...(found.warnings ?? [])],
  }
}

/** The issues as if the items of manifests were in the file. */
function issuesOfRaw(
  { raw, issues: before }: Expanded,
  shape: ReturnType<typeof scenarioShape>,
  known: readonly string[],
  folder: string,
): { issues: Issue[]; scenario?: Scenario; warnings?: readonly string[] } {
  const issues: Issue[] = Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey([key], known))
  const parsed = parseShape(shape, raw)
  issues.push(...parsed.issues)
  if (before.length > 0) return { issues }
  issues.push(...duplicateNames(raw), ...checkData({ ...validItems(raw), ...parsed.data }))
  if (issues.length > 0) return { issues }
  const resolved = resolveScenario(parsed.data as ScenarioData, folder)
  issues.push(...resolved.issues)
  if (issues.length > 0) return { issues }
  const checked = checkScenario(resolved.scenario)
  return checked.issues.length > 0 ? { issues: checked.issues } : { issues, scenario: resolved.scenario, warnings: checked.warnings }
}

/** The valid items of the sections with lists, each at its index; invalid items are holes. */
function validItems(raw: Record<string, unknown>): Partial<ScenarioData> {
  const sections: Record<string, Record<string, unknown[]>> = {}
  for (const [section, lists] of Object.entries(itemSchemas)) {
    const given = raw[section]
    if (!isMap(given) || Object.keys(lists).some((key) => !Array.isArray(given[key] ?? []))) continue
    const valid: Record<string, unknown[]> = {}
    for (const [key, schema] of Object.entries(lists) as [string, z.ZodType][]) {
      const items = (given[key] ?? []) as unknown[]
      valid[key] = []
      valid[key].length = items.length // holes, which forEach skips
      items.forEach((item, i) => {
        const parsed = schema.safeParse(item)
        if (parsed.success) valid[key][i] = parsed.data
      })
    }
    sections[section] = valid
  }
  return sections as unknown as Partial<ScenarioData>
}

const issueKey = (issue: Issue): string => `${issue.path.join('\n')}\n${issue.message}`

/** An issue with its place: the overlay that has its path, the file, or, when only a combination is invalid, the axis value that causes it. */
function placed(
  issue: Issue,
  raw: unknown,
  overlays: readonly Overlay[],
  baseIssues: ReadonlySet<string>,
  placeOf: (path: Path, onKey: boolean) => Place,
): Problem {
  const onKey = issue.onKey === true
  const path = pathText(raw, issue.path)
  if (issue.place !== undefined) return { place: issue.place, path, message: issue.message }
  const under = placeUnder(overlays, issue.path, onKey)
  if (under !== undefined) return { place: under, path, message: issue.message }
  const cause = baseIssues.size > 0 && baseIssues.has(issueKey(issue)) ? undefined : nearest(overlays, issue.path)
  return { place: cause?.place([], false) ?? placeOf(issue.path, onKey), path, message: issue.message }
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
  let longest = -1
  for (const overlay of overlays) {
    let shared = 0
    while (shared < path.length && overlay.path[shared] === path[shared]) shared++
    if (shared > longest) {
      longest = shared
      best = overlay
    }
  }
  return best
}

/** Loads every file that a variant names, once per family. */
export async function loadAll(raws: readonly Record<string, unknown>[], folder: string): Promise<LoadedFiles> {
  const loading = new Map<string, Promise<LoadedFile>>()
  for (const raw of raws) {
    for (const [family, chosen] of selections(raw)) {
      const named = isMap(chosen) ? chosen['file'] : undefined
      if (typeof named !== 'string' || loading.has(loadedKey(family, named))) continue
      loading.set(loadedKey(family, named), loadOne(family, named, resolve(folder, named)))
    }
  }
  return new Map(await Promise.all([...loading].map(async ([key, file]) => [key, await file] as const)))
}

/** Every place of the file where an algorithm is chosen, with its family. */
function* selections(raw: Record<string, unknown>): Generator<[LoadedAs, unknown]> {
  for (const family of FAMILY_PATHS) yield [family, valueAt(raw, family.split('.'))]
  for (const plugin of listAt(raw, ['scheduling', 'plugins'])) yield ['plugin', plugin]
  for (const service of listAt(raw, ['workload', 'services'])) {
    yield ['slb', service['slb']]
    for (const step of listAt(service, ['work', 'steps'])) {
      yield ['slb', step['slb']]
      for (const call of listAt(step, ['parallel'])) yield ['slb', call['slb']]
    }
  }
  for (const scheduler of listAt(raw, ['schedulers'])) {
    yield ['scheduling', scheduler['algorithm']]
    yield ['scheduling.order', scheduler['order']]
    for (const plugin of listAt(scheduler, ['algorithm', 'plugins'])) yield ['plugin', plugin]
  }
}

/** The maps of a list, none when there is no list. */
function listAt(raw: unknown, path: Path): Record<string, unknown>[] {
  const found = valueAt(raw, path)
  return Array.isArray(found) ? found.filter(isMap) : []
}

async function loadOne(as: LoadedAs, named: string, file: string): Promise<LoadedFile> {
  const module = await loadFile(file)
  if ('wrong' in module) return { problems: [`${module.wrong} (${named})`] }
  const family = adopterOf(as)
  const adopted = family.adopt(module.exported)
  if ('problems' in adopted)
    return { problems: adopted.problems.map((problem) => `found a file that is not a ${family.word}: ${problem} (${named})`) }
  return { definition: adopted.definition, file, digest: module.digest }
}
