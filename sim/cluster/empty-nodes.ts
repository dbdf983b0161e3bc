/**
 * Which pods fit an empty node of some template: what can be known before a run. A pod that fits none stays pending for ever, whatever the
 * algorithms do.
 */
import { Cluster } from './cluster.ts'
import { inadmissible } from './feasibility/admissible.ts'
import type { NodeTemplate, PodShape, Taint } from './spec.ts'
import { MILLI, Reason } from './views.ts'
import { NONE } from '../common/ids.ts'

/** Why a pod fits no node: the first rule that excludes every node that the rules before it leave. */
export type Misfit =
  /** `most` is the largest amount that a node has. */
  | { readonly rule: 'resource'; readonly name: string; readonly most: number }
  /** `values` are those that nodes have for the label. */
  | { readonly rule: 'selector'; readonly key: string; readonly values: readonly string[] }
  | { readonly rule: 'taint'; readonly taint: Taint }
  /** Amounts of the largest remaining node, each by itself. */
  | { readonly rule: 'size'; readonly cpu: number; readonly memory: number; readonly gpus: number }
  | { readonly rule: 'gpu model'; readonly models: readonly string[] }

/** Empty nodes of each of the templates. */
export class EmptyNodes {
  private readonly cluster: Cluster
  private readonly templates: readonly NodeTemplate[]
  /** By pod class. */
  private readonly known: boolean[] = []

  constructor(templates: readonly NodeTemplate[]) {
    this.templates = templates
    this.cluster = new Cluster([...new Set(templates.flatMap(({ resources }) => Object.keys(resources)))])
  }

  /** Whether the pod fits an empty node of some template. Memoised: cheap for each pod of a source. */
  fits(shape: PodShape): boolean {
    const podClass = this.cluster.internClass(shape)
    return (this.known[podClass] ??= this.templates.some((template) => this.cluster.fitsEmpty(podClass, template)))
  }

  /** Whether `count` such pods fit at once on empty nodes, `nodes[i]` of the i-th template. */
  holds(shape: PodShape, count: number, nodes: readonly number[]): boolean {
    const podClass = this.cluster.internClass(shape)
    let left = count
    this.templates.forEach((template, i) => {
      if (left > 0 && nodes[i] > 0 && this.cluster.fitsEmpty(podClass, template)) left -= nodes[i] * slotsOf(shape, template)
    })
    return left <= 0
  }

  /** Why the pod fits no node; null when it fits one. */
  misfit(shape: PodShape): Misfit | null {
    if (this.fits(shape)) return null
    return this.lackingResource(shape) ?? this.lackingLabel(shape) ?? this.excluded(shape)
  }

  private lackingResource({ resources }: PodShape): Misfit | null {
    for (const [name, asked] of Object.entries(resources)) {
      const most = this.templates.reduce((max, template) => Math.max(max, ownOf(template.resources, name) ?? 0), 0)
      if (asked > most) return { rule: 'resource', name, most }
    }
    return null
  }

  private lackingLabel({ nodeSelector }: PodShape): Misfit | null {
    for (const [key, value] of Object.entries(nodeSelector)) {
      const values = [...new Set(this.templates.flatMap(({ labels }) => ownOf(labels, key) ?? []))]
      if (!values.includes(value)) return { rule: 'selector', key, values }
    }
    return null
  }

  private excluded(shape: PodShape): Misfit {
    const without = (rule: Reason, templates: readonly NodeTemplate[]): NodeTemplate[] =>
      templates.filter((template) => inadmissible(shape, template) !== rule)
    const selected = without(Reason.Selector, this.templates)
    const tolerated = without(Reason.Taint, selected)
    // The taint that excludes is one of the first selected node's; a pod that tolerates it meets the next one.
    if (selected.length > 0 && tolerated.length === 0) {
      const taint = selected[0].taints.find((one) => inadmissible(shape, { ...selected[0], taints: [one] }) !== NONE)
      if (taint !== undefined) return { rule: 'taint', taint }
    }
    const modelled = without(Reason.Devices, tolerated)
    if (tolerated.length > 0 && modelled.length === 0)
      return { rule: 'gpu model', models: [...new Set(tolerated.map(({ gpuModel }) => gpuModel).filter((model) => model !== ''))] }
    const most = (amount: (template: NodeTemplate) => number): number =>
      modelled.reduce((max, template) => Math.max(max, amount(template)), 0)
    return { rule: 'size', cpu: most(({ cpu }) => cpu), memory: most(({ memory }) => memory), gpus: most(({ gpus }) => gpus) }
  }
}

/** Number of the pods that fit on one empty node of the template, which admits them. */
function slotsOf(shape: PodShape, template: NodeTemplate): number {
  const per = (capacity: number, asked: number): number => (asked > 0 ? Math.floor(capacity / asked) : Infinity)
  const devices = shape.gpus === 0 ? Infinity : Math.floor((template.gpus * Math.floor(MILLI / shape.gpuMilli)) / shape.gpus)
  const named = Object.entries(shape.resources).map(([name, asked]) => per(ownOf(template.resources, name) ?? 0, asked))
  return Math.min(template.pods, per(template.cpu, shape.cpu), per(template.memory, shape.memory), devices, ...named)
}

/** The value of a key of the record itself, not of its prototype. */
const ownOf = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)
