/** Best fit: the feasible node that would be left with the least room. */
import { define } from '../define.ts'
import type { Values } from '../define.ts'
import { KeyPlacer } from './key-trees.ts'
import type { Placer, SchedulingContext } from './policy.ts'
import { KeyScanPlacer } from './scan.ts'
import { MIB_PER_BYTE } from './weights.ts'
import type { Weighing } from './weights.ts'

const parameters = {
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
 *   key = memoryPerCore [MiB] * millicores left + 1000 * MiB left
 */
function room(values: Values<typeof parameters>): Weighing {
  const mebibytesPerCore = Math.round(values.memoryPerCore * MIB_PER_BYTE)
  return { cpu: () => mebibytesPerCore, memory: () => 1000 }
}

export const bestFit = {
  ...define<Placer, SchedulingContext, typeof parameters>({
    name: 'best-fit',
    summary: 'the feasible node that would be left with the least room, cpu and memory at a fixed rate of exchange; lowest row on ties',
    source:
      'Johnson et al. 1974 in one dimension; a weighted sum of what is left: Panigrahy, Talwar, Uyeda, Wieder 2011, Heuristics for Vector Bin Packing',
    fidelity: 'faithful',
    parameters,
    create: (values) => new KeyPlacer(room(values)),
  }),
  twin: (values: Values<typeof parameters>): Placer => new KeyScanPlacer(room(values)),
}
