/** Workloads by the labels of their pods, so that a selector is compared with the few that can match. */
import { labelsText, nameOf } from './checks/report.ts'
import { hasLabels, matches } from './matching.ts'
import type { ManifestWorkload, Selector } from './model.ts'

type Labels = Readonly<Record<string, string>>

/** The workloads of a namespace, and those of them with a label. */
interface OfNamespace {
  readonly all: ManifestWorkload[]
  readonly byLabel: Map<string, ManifestWorkload[]>
}

const NOTHING: readonly ManifestWorkload[] = []

/** A label as a key: no label contains a line break. */
const labelKey = (key: string, value: string): string => `${key}\n${value}`

export class PodIndex {
  private readonly namespaces = new Map<string, OfNamespace>()
  private readonly byLabel = new Map<string, ManifestWorkload[]>()

  constructor(workloads: readonly ManifestWorkload[]) {
    for (const workload of workloads) {
      const own = this.namespaces.get(workload.namespace) ?? { all: [], byLabel: new Map<string, ManifestWorkload[]>() }
      this.namespaces.set(workload.namespace, own)
      own.all.push(workload)
      for (const [key, value] of Object.entries(workload.template.labels))
        for (const lists of [own.byLabel, this.byLabel]) {
          const list = lists.get(labelKey(key, value)) ?? []
          lists.set(labelKey(key, value), list)
          list.push(workload)
        }
    }
  }

  /** Workloads of the namespace whose pods have all of the labels, in the order of the files. */
  withLabels(namespace: string, labels: Labels): readonly ManifestWorkload[] {
    const own = this.namespaces.get(namespace)
    return own === undefined ? NOTHING : fewest(own.byLabel, labels, own.all).filter(({ template }) => hasLabels(labels, template.labels))
  }

  /** Workloads of the namespace whose pods a selector matches. */
  selected(namespace: string, selector: Selector | null): readonly ManifestWorkload[] {
    return this.candidates(namespace, selector).filter(({ template }) => matches(selector, template.labels))
  }

  /** The first of them besides one workload, at most `most`. */
  neighbours(workload: ManifestWorkload, most: number): readonly ManifestWorkload[] {
    const { namespace, selector } = workload
    const found: ManifestWorkload[] = []
    for (const other of this.candidates(namespace, selector)) {
      if (found.length === most) break
      if (other !== workload && matches(selector, other.template.labels)) found.push(other)
    }
    return found
  }

  private candidates(namespace: string, selector: Selector | null): readonly ManifestWorkload[] {
    const own = this.namespaces.get(namespace)
    return own === undefined || selector === null ? NOTHING : fewest(own.byLabel, selector.labels, own.all)
  }

  /** `; Deployment shop/web has { app: web }`: the workload that has most of the labels, or all of them elsewhere; empty without one. */
  near(namespace: string, labels: Labels): string {
    const best = this.nearest(namespace, labels)
    if (best !== undefined) return `; ${nameOf(best)} has ${labelsText(best.template.labels)}`
    const elsewhere = this.anywhere(labels)
    return elsewhere === undefined ? '' : `; ${nameOf(elsewhere)} has them in another namespace`
  }

  /** The first workload of the namespace with the most of the labels; undefined without any of them. */
  private nearest(namespace: string, labels: Labels): ManifestWorkload | undefined {
    const shared = new Map<ManifestWorkload, number>()
    for (const [key, value] of Object.entries(labels))
      for (const one of this.namespaces.get(namespace)?.byLabel.get(labelKey(key, value)) ?? []) shared.set(one, (shared.get(one) ?? 0) + 1)
    let best: ManifestWorkload | undefined
    for (const [one, count] of shared) if (best === undefined || count > shared.get(best)!) best = one
    return best
  }

  /** A workload of any namespace whose pods have all of the labels. */
  private anywhere(labels: Labels): ManifestWorkload | undefined {
    return fewest(this.byLabel, labels, NOTHING).find(({ template }) => hasLabels(labels, template.labels))
  }
}

/** The shortest list of workloads with one of the labels; `all` where there are no labels. */
function fewest(
  byLabel: ReadonlyMap<string, readonly ManifestWorkload[]>,
  labels: Labels,
  all: readonly ManifestWorkload[],
): readonly ManifestWorkload[] {
  let best: readonly ManifestWorkload[] | undefined
  for (const [key, value] of Object.entries(labels)) {
    const list = byLabel.get(labelKey(key, value)) ?? NOTHING
    if (best === undefined || list.length < best.length) best = list
  }
  return best ?? all
}
