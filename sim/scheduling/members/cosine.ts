/** Cosine: the feasible node with the smallest angle between requested and free shares, regardless of how much is free. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import { WalkingPlacer } from '../search/walking-placer.ts'
import { HIGH_CPU, HIGH_MEMORY, LOW_CPU, LOW_MEMORY } from '../search/key.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey, vectorParameters } from '../search/vectors.ts'

export const cosine = defineScheduler({
  name: 'cosine',
  summary:
    "the feasible node with the smallest angle between the pod's requests and what is free, as shares of the node; lowest row on ties",
  source: 'Gabay, Zaourar 2016, Vector bin packing with heterogeneous bins (the dot product divided by the norms)',
  fidelity: 'faithful',
  parameters: vectorParameters,
  create: (values) => WalkingPlacer.of(new Cosine(values), 6), // measured: two roots and a division per bound
  twin: (values) => new KeyScanPlacer(new Cosine(values)),
})

/** More than the rounding errors of a cosine, of which a key keeps 36 bits. */
const ROUNDING = 1 / 17_179_869_184

/**
 *   score = sum(weight * requested * free) / (|requested| * |free|),   |v| = sqrt(sum(weight * v^2))        (vectors.ts)
 *
 * The largest wins. Unlike the dot product, the score does not depend on how much is free: a nearly full node with the right proportions
 * wins over an empty node with slightly wrong ones, so the algorithm by itself neither packs nor spreads. A pod without requests, or a
 * node without free capacity in any counted resource, has no direction: the score is 0.
 */
export class Cosine extends VectorKey {
  protected override readonly order = 'most-first'

  /** Squared length of the request in the plane of cpu and memory, and outside of it. */
  private inPlane = 0
  private outside = 0
  /** Per unit of cpu and of memory, and of the request, in the plane. */
  private perCpu = 0
  private perMemory = 0
  private requestedCpu = 0
  private requestedMemory = 0

  override aim(podClass: PodClassId, view: ClusterView, row: NodeId): void {
    super.aim(podClass, view, row)
    const { weight, request, capacity, cpuAt, memoryAt } = this
    this.inPlane = 0
    this.outside = 0
    for (let d = 0; d < this.size; d++) {
      const share = request[d] / capacity[d]
      if (d === cpuAt || d === memoryAt) this.inPlane += weight[d] * share * share
      else this.outside += weight[d] * share * share
    }
    if (cpuAt === NONE || memoryAt === NONE) {
      this.inPlane = 0
      return
    }
    this.perCpu = Math.sqrt(weight[cpuAt]) / capacity[cpuAt]
    this.perMemory = Math.sqrt(weight[memoryAt]) / capacity[memoryAt]
    this.requestedCpu = this.perCpu * request[cpuAt]
    this.requestedMemory = this.perMemory * request[memoryAt]
  }

  /**
   * At most |c|, where c is the largest cosine in the plane of cpu and memory, when nothing else is requested: the other free amounts only
   * widen the angle. In that plane it is 1 when the ray of the request passes through the box, else it is in the corner nearest to the ray.
   * With other requests q beside p in the plane, at most sqrt(p^2 c^2 + q^2) / sqrt(p^2 + q^2), by the inequality of Cauchy and Schwarz.
   */
  override bound(box: Float64Array, out: Float64Array, at: number): void {
    const { inPlane, outside, perCpu, perMemory, requestedCpu: a, requestedMemory: b } = this
    if (inPlane === 0) {
      out[at] = -1 - ROUNDING
      return
    }
    let x = a
    let y = b
    if (b * perCpu * box[HIGH_CPU] < a * perMemory * box[LOW_MEMORY]) {
      x = perCpu * box[HIGH_CPU]
      y = perMemory * box[LOW_MEMORY]
    } else if (b * perCpu * box[LOW_CPU] > a * perMemory * box[HIGH_MEMORY]) {
      x = perCpu * box[LOW_CPU]
      y = perMemory * box[HIGH_MEMORY]
    }
    const product = a * x + b * y
    const squared = (product * product) / (x * x + y * y) // p^2 c^2
    out[at] = -Math.sqrt((squared + outside) / (inPlane + outside)) - ROUNDING
  }

  protected override put(out: Float64Array, at: number): void {
    const { weight, request, free, capacity } = this
    let product = 0
    let requested2 = 0
    let free2 = 0
    for (let d = 0; d < this.size; d++) {
      const requestedShare = request[d] / capacity[d]
      const freeShare = free[d] / capacity[d]
      product += weight[d] * requestedShare * freeShare
      requested2 += weight[d] * requestedShare * requestedShare
      free2 += weight[d] * freeShare * freeShare
    }
    out[at] = product === 0 ? 0 : -product / (Math.sqrt(requested2) * Math.sqrt(free2))
  }
}
