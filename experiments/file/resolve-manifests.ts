/**
 * Manifests of an experiment: their workloads become items of `services`, `background` and `batch`, as if the file had them, before anything is
 * checked. Problems of such an item are reported where it comes from: in `behavior`, in `clients`, or in the manifest.
 */
import { relative } from 'node:path'
import {
  manifestFiles,
  readManifests,
  type ManifestProblem,
  type Manifests,
  type ManifestsRead,
  type ManifestWorkload,
} from '../../workloads/index.ts'
import { show, type Issue, type Path } from './document.ts'
import { withConfigFiles } from './config-files.ts'
import { admissionOfFile } from './manifests/admission.ts'
import { ManifestItems, type Item } from './manifests/items.ts'
import { referencesOf } from './manifests/references.ts'
import { schedulerNames } from './manifests/schedulers.ts'
import { notRun, unsupported } from './manifests/unsupported.ts'
import { withOrchestratorDefaults } from './orchestrator-defaults.ts'
import { isMap } from './quantities.ts'
import { withSnapshot } from './resolve-snapshot.ts'

type Raw = Record<string, unknown>

/** A variant whose manifests became items. */
export interface Expanded {
  readonly raw: Raw
  readonly issues: readonly Issue[]
  readonly warnings: readonly string[]
  /** The issue at the place where the user can change something. */
  relocate(issue: Issue): Issue
}

const MANIFESTS: Path = ['workload', 'manifests']

/** Expands the variants of one experiment; each list of manifests is read once. */
export class ManifestExpansion {
  private readonly folder: string
  private readonly read = new Map<string, ManifestsRead & { readonly missing: readonly string[] }>()

  /** `folder` is that of the experiment file. */
  constructor(folder: string) {
    this.folder = folder
  }

  expand(raw: Raw): Expanded {
    const begun = withSnapshot(raw, this.folder)
    // Pods of manifests may name the profiles of a configuration that lies in a file.
    const configured = withConfigFiles({ raw: begun.raw, issues: begun.issues, relocate: (issue: Issue) => issue }, this.folder)
    const expanded = this.withItems(configured.raw)
    return {
      ...expanded,
      raw: withOrchestratorDefaults(expanded.raw),
      issues: [...configured.issues, ...expanded.issues],
      relocate: (issue) => configured.relocate(expanded.relocate(issue)),
    }
  }

  private withItems(raw: Raw): Expanded {
    const { workload } = raw
    const names = isMap(workload) ? workload['manifests'] : undefined
    if (!isMap(workload) || !Array.isArray(names) || names.some((name) => typeof name !== 'string'))
      return { raw, issues: isMap(workload) && names === undefined ? alone(workload) : [], warnings: [], relocate: (issue) => issue }
    const { manifests, problems, missing } = this.manifestsOf(names as string[])
    const issues: Issue[] = missing.map((name) => ({
      path: [...MANIFESTS, names.indexOf(name)],
      message: `found no file ${show(name)}; accepted: files, folders or patterns, relative to this file`,
    }))
    for (const problem of problems) if (problem.severity === 'error') issues.push(issueOf(problem))
    const orchestrator = orchestratorOf(manifests.workloads, raw['orchestrator'], issues)
    if (issues.length > 0) return { raw, issues, warnings: [], relocate: (issue) => issue }
    const items = new ManifestItems(manifests, workload, { file: raw, schedulers: schedulerNames(raw) })
    const [services, background, batch] = [listOf(workload['services']), listOf(workload['background']), listOf(workload['batch'])]
    const given = [services, background, batch, listOf(workload['jobs']), items.services, items.background, items.batch].flat()
    const empty: Issue[] = given.length > 0 || items.issues.length > 0 ? [] : [{ path: MANIFESTS, message: nothingRuns(manifests) }]
    return {
      raw: {
        ...raw,
        ...orchestrator,
        workload: {
          ...workload,
          services: [...services, ...items.services.map(({ raw: item }) => item)],
          background: [...background, ...items.background.map(({ raw: item }) => item)],
          batch: [...batch, ...items.batch.map(({ raw: item }) => item)],
        },
        ...items.autoscaling(raw['autoscaling']),
        ...admissionOfFile(manifests, raw),
        ...items.storageKey(),
        ...referencesOf(raw, [...items.services, ...items.background, ...items.batch]),
      },
      issues: [...items.issues, ...empty],
      warnings: [...problems.map(warningOf), ...items.warnings(raw['autoscaling']), ...unsupported(manifests, raw)],
      relocate: relocation({
        services: [services.length, items.services],
        background: [background.length, items.background],
        batch: [batch.length, items.batch],
      }),
    }
  }

  private manifestsOf(names: readonly string[]): ManifestsRead & { readonly missing: readonly string[] } {
    const key = names.join('\n')
    const { files, missing } = manifestFiles(names, this.folder)
    const read = this.read.get(key) ?? { ...readManifests(files.map((file) => shorter(file))), missing }
    this.read.set(key, read)
    return read
  }
}

/** A path as short as possible, for messages. */
const shorter = (file: string): string => {
  const here = relative(process.cwd(), file)
  return here.startsWith('..') ? file : here
}

/** The orchestrator of the manifests, if it is not Kubernetes. Workloads of several, or of another one than the file names, are refused. */
function orchestratorOf(workloads: readonly ManifestWorkload[], named: unknown, issues: Issue[]): Raw {
  const [first, ...others] = workloads
  if (first === undefined) return {}
  const { orchestrator } = first
  const other = others.find((one) => one.orchestrator !== orchestrator)
  if (other !== undefined)
    issues.push({
      path: [...MANIFESTS],
      message: `found ${nameOf(first)} of ${orchestrator} and ${nameOf(other)} of ${other.orchestrator}; accepted: manifests of one orchestrator`,
    })
  else if (typeof named === 'string' && named !== orchestrator)
    issues.push({
      path: ['orchestrator'],
      message: `found ${named}, but ${nameOf(first)} is of ${orchestrator}; accepted: ${orchestrator}`,
    })
  return orchestrator === 'kubernetes' ? {} : { orchestrator }
}

/** The message about manifests that give no pods to a file that has none of its own. */
function nothingRuns(manifests: Manifests): string {
  const left = notRun(manifests)
  const found =
    manifests.workloads.length === 0
      ? 'no workloads'
      : left.length === 0
        ? 'workloads of 0 pods only'
        : `nothing to run (${left.join('; ')})`
  return `found ${found}; accepted: a Deployment, StatefulSet, DaemonSet, ReplicaSet, Pod, Job or CronJob, or services, background, jobs or batch beside the manifests`
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** `behavior` and `clients` describe what is in manifests. */
function alone(workload: Raw): Issue[] {
  const keys = ['behavior', 'clients'].filter((key) => workload[key] !== undefined)
  return keys.map((key) => ({
    path: ['workload', key],
    onKey: true,
    message: `found ${key} without manifests; accepted: manifests: [shop/*.yaml], or the same keys in services`,
  }))
}

function issueOf({ place, object, path, message }: ManifestProblem): Issue {
  return { path: [[object, path].filter((part) => part !== '').join(' ')], place, message }
}

const warningOf = ({ place, object, path, message }: ManifestProblem): string =>
  `${place.file}:${place.line}:${place.column} ${[object, path].filter((part) => part !== '').join(' ')}: ${message}`

type Generated = Readonly<Record<'services' | 'background' | 'batch', readonly [first: number, items: readonly Item[]]>>

function relocation(generated: Generated): (issue: Issue) => Issue {
  return (issue) => {
    const [section, list, row, key, ...rest] = issue.path
    if (section !== 'workload' || (list !== 'services' && list !== 'background' && list !== 'batch')) return issue
    const [first, items] = generated[list]
    const item = items.at(Number(row) - first)
    if (typeof row !== 'number' || row < first || item === undefined) return issue
    const origin = item.origins.get(String(key))
    if (origin !== undefined) return { ...issue, path: [...origin, ...rest] }
    // The pods of a workload are one shape of the background.
    const keys = key === 'shapes' ? rest.slice(1) : [key ?? '', ...rest]
    return {
      message: issue.message,
      path: [`${nameOf(item.workload)} ${keys.join('.')}`.trim()],
      place: item.workload.place,
    }
  }
}

const nameOf = ({ kind, namespace, name }: ManifestWorkload): string => `${kind} ${namespace}/${name}`
