/** A round of the reference implementations (twins): the state that they share with the packers, without an index. */
import { NONE } from '../../common/ids.ts'
import type { BinId, ItemId, Packing, PackingProblem } from '../policy.ts'
import { Bins } from './bins.ts'
import { Measure } from './measure.ts'
import { NewBins } from './new-bins.ts'
import type { PackOptions } from './parameters.ts'
import { rightSized } from './right-sizing.ts'
import { classesOf, Unplaced } from './unplaced.ts'

export class PlainRound {
  readonly problem: PackingProblem
  readonly measure: Measure
  readonly bins = new Bins()
  readonly unplaced: Unplaced
  readonly newBins: NewBins
  /** By item: its bin so far, and its devices. */
  readonly bin: Int32Array
  readonly deviceMask: Int32Array
  private readonly options: PackOptions

  constructor(problem: PackingProblem, options: PackOptions) {
    const classes = classesOf(problem)
    this.problem = problem
    this.options = options
    this.measure = new Measure(options.size, options.weights)
    this.measure.reset(problem, classes)
    this.bins.reset(problem, this.measure)
    this.unplaced = new Unplaced(problem, this.measure, classes)
    this.newBins = new NewBins(options.newBins ?? 'price-per-pod')
    this.newBins.reset(this.bins, problem.types, this.unplaced)
    this.bin = new Int32Array(problem.items).fill(NONE)
    this.deviceMask = new Int32Array(problem.items)
  }

  /** Places an item that fits into the bin. */
  place(item: ItemId, bin: BinId): void {
    const podClass = this.problem.podClass[item]
    this.bins.place(podClass, bin, 1)
    this.unplaced.placed(podClass, 1)
    this.bin[item] = bin
    this.deviceMask[item] = this.bins.masks[0]
  }

  /** The packing, when every item has been placed or has no place. */
  packing(): Packing {
    const { problem, measure, bins, bin, deviceMask, options } = this
    const packing = { bin, deviceMask, opened: bins.opened, leftOver: bin.filter((each) => each === NONE).length }
    return options.rightSizing === true ? rightSized(problem, packing, measure) : packing
  }
}
