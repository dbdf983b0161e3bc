/** Node classes: nodes with equal labels, taints, GPU model, name and images share a class, also nodes that do not exist (the next node of a pool). */
import type { NodeClassId } from '../../common/ids.ts'
import { sortedEntries } from '../../common/sorted.ts'
import { assertWhole } from '../../common/whole.ts'
import type { NodeTemplate } from '../spec.ts'
import { DEVICES } from '../views.ts'

/** The classes, by template. */
export class NodeClasses {
  /** A template of each class. */
  readonly templates: NodeTemplate[] = []
  private readonly byKey = new Map<string, number>()
  private readonly byTemplate = new WeakMap<NodeTemplate, number>()
  private readonly named: ReadonlySet<string>

  /** @param resources names of all resources that the cluster counts */
  constructor(resources: readonly string[]) {
    this.named = new Set(resources)
  }

  intern(template: NodeTemplate): NodeClassId {
    const known = this.byTemplate.get(template)
    if (known !== undefined) return known
    this.assertTemplate(template)
    const taints = template.taints.map((taint) => JSON.stringify([taint.key, taint.value, taint.effect])).sort()
    const key = JSON.stringify([sortedEntries(template.labels), taints, template.gpuModel, ...given(template)])
    let row = this.byKey.get(key)
    if (row === undefined) {
      row = this.templates.push(template) - 1
      this.byKey.set(key, row)
    }
    this.byTemplate.set(template, row)
    return row
  }

  private assertTemplate(template: NodeTemplate): void {
    assertWhole(template.cpu, 'the cpu of a node [millicores]')
    assertWhole(template.memory, 'the memory of a node [bytes]')
    assertWhole(template.pods, 'the maximum number of pods of a node')
    assertWhole(template.gpus, 'the number of devices of a node', DEVICES)
    assertWhole(template.price, 'the price of a node [micro-dollars per hour]')
    for (const [name, amount] of Object.entries(template.resources)) {
      assertWhole(amount, `the ${name} of a node`)
      if (!this.named.has(name))
        throw new Error(`a node offers ${name}, which this cluster does not count; it counts ${[...this.named].join(', ')}`)
    }
  }
}

/** Properties that most nodes do not have. */
const given = ({ name, images }: NodeTemplate): unknown[] => (name === undefined && images === undefined ? [] : [name ?? '', images ?? []])
