/** Swarm classic: the feasible node with the lowest or highest sum of its requested shares of cpu and memory, in whole percent. */
import type { Values } from '../../common/define.ts'
import { defineScheduler } from '../define.ts'
import type { NodeKey } from '../search/key.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import { KeyScanPlacer } from '../search/scan.ts'

const parameters = {
  strategy: {
    kind: 'choice',
    choices: ['spread', 'binpack'],
    default: 'spread',
    meaning: 'spread: the node with the lowest sum; binpack: with the highest',
  },
} as const

export const swarmClassic = defineScheduler({
  name: 'swarm-classic',
  summary:
    'the lowest (spread) or highest (binpack) sum of the requested percent of cpu and memory, 100 for what the pod does not request; then the fewest or most pods, then the lowest row on ties',
  source: 'Docker Swarm 1.2 (classic), scheduler/strategy',
  fidelity: 'simplified',
  parameters,
  create: (values) => new KeyPlacer(keyOf(values)),
  twin: (values) => new KeyScanPlacer(keyOf(values)),
})

/** More than any number of pods on a node. */
const PODS = 1 << 20

/** key = +- (weight * PODS + number of pods), weight = percent of cpu + percent of memory with the pod. The smallest wins. */
function keyOf({ strategy }: Values<typeof parameters>): NodeKey {
  const sign = strategy === 'spread' ? 1 : -1
  return {
    set() {},
    write(podClass, { nodes, classes }, rows, count, out) {
      const cpu = classes.cpu[podClass]
      const memory = classes.memory[podClass]
      for (let i = 0; i < count; i++) {
        const node = rows[i]
        const weight =
          percent(nodes.cpu[node] - nodes.freeCpu[node], cpu, nodes.cpu[node]) +
          percent(nodes.memory[node] - nodes.freeMemory[node], memory, nodes.memory[node])
        out[i] = sign * (weight * PODS + nodes.podCount[node])
      }
    },
  }
}

/** The whole percent of the total that is requested with the pod; 100 when the pod requests none. */
const percent = (used: number, asked: number, total: number): number => (asked === 0 ? 100 : Math.floor(((used + asked) * 100) / total))
