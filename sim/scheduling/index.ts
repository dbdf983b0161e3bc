/** Scheduling: the list of the built-in schedulers. A new scheduler is a file in members/ and an entry in the list. */
import { catalogue } from '../common/define.ts'
import { balanced } from './members/balanced.ts'
import { bestFit } from './members/best-fit.ts'
import { cosine } from './members/cosine.ts'
import { dotProduct } from './members/dot-product.ts'
import { ecs } from './members/ecs.ts'
import { firstFit } from './members/first-fit.ts'
import { fgd } from './members/fgd.ts'
import { gpuBestFit } from './members/gpu-best-fit.ts'
import { gpuClustering } from './members/gpu-clustering.ts'
import { gpuDotProduct } from './members/gpu-dot-product.ts'
import { gpuPacking } from './members/gpu-packing.ts'
import { kubernetes } from './members/kubernetes.ts'
import { leastAllocated } from './members/least-allocated.ts'
import { mesos } from './members/mesos.ts'
import { mostAllocated } from './members/most-allocated.ts'
import { nextFit } from './members/next-fit.ts'
import { nomad } from './members/nomad.ts'
import { normDifference } from './members/norm-difference.ts'
import { random } from './members/random.ts'
import { randomOfK } from './members/random-of-k.ts'
import { sparrow } from './members/sparrow.ts'
import { swarmClassic } from './members/swarm-classic.ts'
import { swarmSpread } from './members/swarm-spread.ts'
import { worstFit } from './members/worst-fit.ts'
import type { Placer, Scheduler, SchedulerDefinition, SchedulingContext, SchedulingDefinition } from './policy.ts'

/** The built-in schedulers that place pod by pod, with their twins, in the sequence in which they are listed. */
export const members: readonly SchedulerDefinition[] = [
  firstFit,
  nextFit,
  bestFit,
  worstFit,
  leastAllocated,
  mostAllocated,
  balanced,
  dotProduct,
  cosine,
  normDifference,
  random,
  randomOfK,
  fgd,
  gpuBestFit,
  gpuDotProduct,
  gpuPacking,
  gpuClustering,
  kubernetes,
  ecs,
  nomad,
  swarmClassic,
]

/** The built-in schedulers that see all pending pods at once. */
const wide: readonly SchedulingDefinition[] = [swarmSpread, mesos, sparrow]

/** The built-in schedulers by name. */
export const schedulers = catalogue<Placer | Scheduler, SchedulingContext>('scheduling', [...members, ...wide])

export { byScore, scoreScan } from './by-score.ts'
export { SchedulingLoop } from './queue/loop.ts'
export { adoptOrder, orders } from './orders/index.ts'
export type { NaiveOrder, OrderDefinition, OwnOrder, QueueOrder } from './orders/index.ts'
export { adoptScheduler } from './own.ts'
export type { OwnScheduler } from './own.ts'
