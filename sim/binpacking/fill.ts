/**
 * The round that bin-centric members share: one bin after another, existing ones in row order, then new ones. The open bin takes, of the pods that fit it, the one of
 * the greatest affinity (ties: the class whose first pod came earlier; pods of a class in their own order), until none fits. A new bin has the type that the largest waiting pod (l1) would get;
 * what no type takes is left over.
 *
 * Pods of a class are alike, so classes are compared, not pods: a step costs as much as there are classes that fit the bin. And a new bin of the same type as the last fills in the
 * same way as long as the pods last: the choices depend on which classes wait, and a class that has run out and was not chosen does not change them.
 */
import { NONE } from '../cluster/views.ts'
import { Affinity, type AffinityName } from './affinity.ts'
import { Bins } from './bins.ts'
import { Measure } from './measure.ts'
import { NewBins } from './new-bins.ts'
import type { PackOptions } from './pack.ts'
import type { Packer, Packing, PackingProblem } from './policy.ts'
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
  /** Classes that still wait, in order of their first pods, and of these the ones that may fit the open bin. */
  private live = new Int32Array(0)
  private liveCount = 0
  private fitting = new Int32Array(0)
  private fittingCount = 0
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
    this.live = Int32Array.from(classes)
    this.liveCount = classes.length
    this.fitting = new Int32Array(classes.length)
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
    const { affinity } = this
    this.gather(bin)
    while (this.fittingCount > 0) {
      affinity.look(bin)
      const podClass = this.best(bin)
      if (podClass === NONE) break
      this.bins.place(podClass, bin, 1)
      this.take(podClass, bin, this.bins.masks[0])
      pattern?.podClass.push(podClass)
      pattern?.mask.push(this.bins.masks[0])
    }
    return pattern
  }

  /** Writes down which classes wait and may fit the bin. */
  private gather(bin: number): void {
    const { live, fitting, bins } = this
    const { countOf } = this.waiting
    this.fittingCount = 0
    if (bins.full(bin)) return
    let kept = 0
    for (let k = 0; k < this.liveCount; k++) {
      const podClass = live[k]
      if (countOf[podClass] === 0) continue
      live[kept++] = podClass
      if (bins.fits(podClass, bin)) fitting[this.fittingCount++] = podClass
    }
    this.liveCount = kept
  }

  /** The fitting class of the greatest affinity; those that fit no longer leave the list, as the bin only gets fuller. */
  private best(bin: number): number {
    const { fitting, bins, affinity } = this
    const { countOf } = this.waiting
    let best = NONE
    let most = -Infinity
    let kept = 0
    for (let k = 0; k < this.fittingCount; k++) {
      const podClass = fitting[k]
      if (countOf[podClass] === 0 || !bins.fits(podClass, bin)) continue
      fitting[kept++] = podClass
      const match = affinity.of(podClass)
      if (match <= most) continue
      best = podClass
      most = match
    }
    this.fittingCount = kept
    return best
  }

  private take(podClass: number, bin: number, mask: number): void {
    const item = this.queues.next(podClass)
    this.waiting.placed(podClass, 1)
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
