/** Best fit: the feasible node that would be left with the least room. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { MIB_PER_BYTE, NodeWeights } from '../search/weights.ts'
import type { Weighing } from '../search/weights.ts'

export const roomParameters = {
  memoryPerCore: {
    kind: 'memory',
    default: 4096 / MIB_PER_BYTE,
    min: 1 / MIB_PER_BYTE,
    max: 1_048_576 / MIB_PER_BYTE,
    meaning: 'how much memory counts as much room as one core; 4Gi is the shape of general-purpose cloud machines',
  },
} as const

/**
 * Room is absolute, as in bin packing: a small empty node has less of it than a large half-full one. (Shares of the node's own
 * capacity would make this most-allocated.) Counted in thousandths of a MiB, so that both weights are whole:
 *
 *   key = memoryPerCore [MiB] * millicores left + 1000 * MiB left        (times the sign: -1 for worst-fit)
 */
export function roomWeights(values: Values<typeof roomParameters>, sign: 1 | -1): Weighing {
  const mebibytesPerCore = Math.round(values.memoryPerCore * MIB_PER_BYTE)
  return { cpu: () => sign * mebibytesPerCore, memory: () => sign * 1000 }
}

const leastRoom = (values: Values<typeof roomParameters>) => new NodeWeights(roomWeights(values, 1))

export const bestFit = {
  ...define<Placer, SchedulingContext, typeof roomParameters>({
    name: 'best-fit',
    summary: 'the feasible node that would be left with the least room, cpu and memory at a fixed rate of exchange; lowest row on ties',
    source:
      'Johnson et al. 1974 in one dimension; a weighted sum of what is left: Panigrahy, Talwar, Uyeda, Wieder 2011, Heuristics for Vector Bin Packing',
    fidelity: 'faithful',
    parameters: roomParameters,
    create: (values) => new KeyPlacer(leastRoom(values)),
  }),
  twin: (values: Values<typeof roomParameters>): Placer => new KeyScanPlacer(leastRoom(values)),
}
