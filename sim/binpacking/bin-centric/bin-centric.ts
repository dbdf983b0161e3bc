/**
 * Bin-centric packers fill one bin after another, existing bins in row order, then new ones. The bin takes, of the pods that fit, the one
 * with the greatest affinity (ties: the class whose first pod is earlier; pods of one class in the order of the problem), until none fits.
 * A new bin gets the type that is chosen for the largest unplaced pod (by l1); pods that no type holds are left over.
 *
 * Pods of a class are equal, so a tree over the classes is searched instead of the pods. And a new bin of the same type as the last is
 * filled in the same way as long as there are enough pods: the choices depend on which classes have unplaced pods, and a class that has
 * none left and was not chosen does not change them.
 */
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinId, BinTypeId, ItemId, Packer, Packing, PackingProblem } from '../policy.ts'
import { Bins } from '../round/bins.ts'
import { Measure } from '../round/measure.ts'
import { NewBins } from '../round/new-bins.ts'
import type { PackOptions } from '../round/parameters.ts'
import { rightSized } from '../round/right-sizing.ts'
import { classesOf, Unplaced } from '../round/unplaced.ts'
import { Affinity, type AffinityName } from './affinity.ts'
import { ClassTree } from './class-tree.ts'

/** A packer that fills bins by this affinity. It reuses its working memory from round to round and keeps nothing else. */
export function binCentricPacker(affinity: AffinityName, options: PackOptions = {}): Packer {
  const measure = new Measure('l1', options.weights)
  const round = new Round(new Affinity(affinity), measure, new NewBins(options.newBins ?? 'price-per-pod'))
  return {
    pack: (problem) => {
      const packing = round.pack(problem)
      return options.rightSizing === true ? rightSized(problem, packing, measure) : packing
    },
  }
}

/** What the last new bin received, pod by pod. */
interface Pattern {
  readonly type: BinTypeId
  readonly podClass: PodClassId[]
  readonly mask: number[]
}

class Round {
  private readonly bins = new Bins()
  private readonly affinity: Affinity
  private readonly measure: Measure
  private readonly newBins: NewBins
  private unplaced!: Unplaced
  private itemQueues!: ItemQueues
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
    for (let bin = 0; bin < problem.bins && this.unplaced.total > 0; bin++) this.fill(bin, null)
    const leftOver = this.fillNewBins()
    return { bin: this.bin, deviceMask: this.deviceMask, opened: this.bins.opened, leftOver }
  }

  private begin(problem: PackingProblem): void {
    const classes = classesOf(problem)
    this.measure.reset(problem, classes)
    this.bins.reset(problem, this.measure)
    this.unplaced = new Unplaced(problem, this.measure, classes)
    this.newBins.reset(this.bins, problem.types, this.unplaced)
    this.affinity.reset(problem, this.bins, this.measure, this.unplaced)
    this.itemQueues = new ItemQueues(problem, this.unplaced)
    this.tree.reset(this.bins, this.affinity, this.unplaced)
  }

  /** Returns the number of pods that no type holds. */
  private fillNewBins(): number {
    const { unplaced } = this
    const { bySize, countOf } = unplaced
    let leftOver = 0
    let last: Pattern | null = null
    // When no type holds a class, none will later: a type that may be opened later may be opened now.
    for (let k = 0; k < bySize.length; k++) {
      while (countOf[bySize[k]] > 0) {
        const type = this.newBins.choose(bySize[k])
        if (type === NONE) break
        const bin = this.bins.open(type)
        if (last?.type === type && this.canRepeat(last)) this.repeat(last, bin)
        else last = this.fill(bin, { type, podClass: [], mask: [] })
      }
      leftOver += countOf[bySize[k]]
      unplaced.total -= countOf[bySize[k]]
    }
    return leftOver
  }

  /** Fills the bin until nothing fits, and records in `pattern` what it received. */
  private fill(bin: BinId, pattern: Pattern | null): Pattern | null {
    const { affinity, bins, tree } = this
    while (!bins.full(bin)) {
      affinity.setBin(bin)
      const podClass = tree.bestFor(bin)
      if (podClass === NONE) break
      bins.place(podClass, bin, 1)
      this.assign(podClass, bin, bins.masks[0])
      pattern?.podClass.push(podClass)
      pattern?.mask.push(bins.masks[0])
    }
    return pattern
  }

  /** Assigns the next item of the class to the bin. */
  private assign(podClass: PodClassId, bin: BinId, mask: number): void {
    const item = this.itemQueues.next(podClass)
    this.unplaced.placed(podClass, 1)
    if (this.unplaced.countOf[podClass] === 0) this.tree.remove(podClass)
    this.bin[item] = bin
    this.deviceMask[item] = mask
  }

  /** True when there are enough pods to fill another bin in the same way. */
  private canRepeat({ podClass }: Pattern): boolean {
    const { countOf } = this.unplaced
    let enough = true
    for (const row of podClass) if (--countOf[row] < 0) enough = false
    for (const row of podClass) countOf[row]++
    return enough
  }

  private repeat({ podClass, mask }: Pattern, bin: BinId): void {
    for (let i = 0; i < podClass.length; i++) {
      this.bins.place(podClass[i], bin, 1)
      this.assign(podClass[i], bin, mask[i])
    }
  }
}

/** The items of each class, in the order of the problem. */
class ItemQueues {
  /** By class: the place of its next item in `items`. */
  private readonly at: Int32Array
  private readonly items: Int32Array

  constructor({ items, podClass }: PackingProblem, { classes, countOf }: Unplaced) {
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

  next(podClass: PodClassId): ItemId {
    return this.items[this.at[podClass]++]
  }
}
