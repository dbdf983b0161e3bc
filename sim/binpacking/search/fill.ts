/**
 * The round that bin-centric members share: one bin after another, existing ones in row order, then new ones. The open bin takes, of the pods that fit it, the one of
 * the greatest affinity (ties: the class whose first pod came earlier; pods of a class in their own order), until none fits. A new bin has the type that the largest waiting pod (l1) would get;
 * what no type takes is left over.
 *
 * Pods of a class are alike, so classes are compared, not pods, by a tree over them. And a new bin of the same type as the last fills in the
 * same way as long as the pods last: the choices depend on which classes wait, and a class that has run out and was not chosen does not change them.
 */
import { NONE } from '../../cluster/views.ts'
import { Affinity, type AffinityName } from './affinity.ts'
import { Bins } from './bins.ts'
import { ClassTree } from './class-tree.ts'
import { Measure } from './measure.ts'
import { NewBins } from './new-bins.ts'
import type { PackOptions } from './pack.ts'
import type { Packer, Packing, PackingProblem } from '../policy.ts'
import { rightSized } from './right-sizing.ts'
import { classesOf, Waiting } from './waiting.ts'

/** What the last new bin took, pod by pod. */
interface Pattern {
  readonly type: number
  readonly podClass: number[]
  readonly mask: number[]
}

export function binCentricPacker(affinity: AffinityName, options: PackOptions = {}): Packer {
  const measure = new Measure('l1', options.weights)
  const fill = new Fill(new Affinity(affinity), measure, new NewBins(options.newBins ?? 'price-per-pod'))
  return {
    pack: (problem) => {
      const packing = fill.pack(problem)
      return options.rightSizing === true ? rightSized(problem, packing, measure) : packing
    },
  }
}

class Fill {
  private readonly bins = new Bins()
  private readonly affinity: Affinity
  private readonly measure: Measure
  private readonly newBins: NewBins
  private waiting!: Waiting
  private queues!: Queues
  private readonly tree = new ClassTree()
  private bin = new Int32Array(0)
  private deviceMask = new Int32Array(0)

  constructor(affinity: Affinity, measure: Measure, newBins: NewBins) {
    this.affinity = affinity
    this.measure = measure
    this.newBins = newBins
  }

  pack(problem: PackingProblem): Packing {
    this.bin = new Int32Array(problem.items).fill(NONE)
    this.deviceMask = new Int32Array(problem.items)
    if (problem.items === 0) return { bin: this.bin, deviceMask: this.deviceMask, opened: [], leftOver: 0 }
    this.begin(problem)
    for (let bin = 0; bin < problem.bins && this.waiting.total > 0; bin++) this.fill(bin, null)
    const leftOver = this.fillNewBins()
    return { bin: this.bin, deviceMask: this.deviceMask, opened: this.bins.opened, leftOver }
  }

  private begin(problem: PackingProblem): void {
    const classes = classesOf(problem)
    this.measure.reset(problem, classes)
    this.bins.reset(problem, this.measure)
    this.waiting = new Waiting(problem, this.measure, classes)
    this.newBins.reset(this.bins, problem.types, this.waiting)
    this.affinity.reset(problem, this.bins, this.measure, this.waiting)
    this.queues = new Queues(problem, this.waiting)
    this.tree.reset(this.bins, this.affinity, this.waiting)
  }

  /** Returns how many pods no type takes. */
  private fillNewBins(): number {
    const { waiting } = this
    const { bySize, countOf } = waiting
    let leftOver = 0
    let last: Pattern | null = null
    // Once no type takes a class, none will later: a type that may still be opened might be opened now.
    for (let k = 0; k < bySize.length; k++) {
      while (countOf[bySize[k]] > 0) {
        const type = this.newBins.choose(bySize[k])
        if (type === NONE) break
        const bin = this.bins.open(type)
        if (last?.type === type && this.repeats(last)) this.repeat(last, bin)
        else last = this.fill(bin, { type, podClass: [], mask: [] })
      }
      leftOver += countOf[bySize[k]]
      waiting.total -= countOf[bySize[k]]
    }
    return leftOver
  }

  /** Fills the bin until nothing fits, and writes down what it took. */
  private fill(bin: number, pattern: Pattern | null): Pattern | null {
    const { affinity, bins, tree } = this
    while (!bins.full(bin)) {
      affinity.look(bin)
      const podClass = tree.of(bin)
      if (podClass === NONE) break
      bins.place(podClass, bin, 1)
      this.take(podClass, bin, bins.masks[0])
      pattern?.podClass.push(podClass)
      pattern?.mask.push(bins.masks[0])
    }
    return pattern
  }

  private take(podClass: number, bin: number, mask: number): void {
    const item = this.queues.next(podClass)
    this.waiting.placed(podClass, 1)
    if (this.waiting.countOf[podClass] === 0) this.tree.gone(podClass)
    this.bin[item] = bin
    this.deviceMask[item] = mask
  }

  /** Are there pods enough for the same again? */
  private repeats({ podClass }: Pattern): boolean {
    const { countOf } = this.waiting
    let enough = true
    for (const row of podClass) if (--countOf[row] < 0) enough = false
    for (const row of podClass) countOf[row]++
    return enough
  }

  private repeat({ podClass, mask }: Pattern, bin: number): void {
    for (let i = 0; i < podClass.length; i++) {
      this.bins.place(podClass[i], bin, 1)
      this.take(podClass[i], bin, mask[i])
    }
  }
}

/** Items of each class, in their own order. */
class Queues {
  private readonly at: Int32Array
  private readonly items: Int32Array

  constructor({ items, podClass }: PackingProblem, { classes, countOf }: Waiting) {
    this.at = new Int32Array(countOf.length)
    this.items = new Int32Array(items)
    let start = 0
    for (const row of classes) {
      this.at[row] = start
      start += countOf[row]
    }
    const next = Int32Array.from(this.at)
    for (let item = 0; item < items; item++) this.items[next[podClass[item]]++] = item
  }

  next(podClass: number): number {
    return this.items[this.at[podClass]++]
  }
}
