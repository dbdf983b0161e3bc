/** Prefers the feasible node with the least free CPU and memory after placement; memory counts `memoryWeight` times as much as CPU. */
import type { OwnScheduler } from '../sim/index.ts'

const snug: OwnScheduler = {
  name: 'snug',
  parameters: {
    memoryWeight: { kind: 'number', default: 1, min: 0, meaning: 'weight of free memory relative to free CPU' },
  },
  score(pod, node, { nodes, pods }, { memoryWeight }) {
    const cpu = (nodes.freeCpu[node] - pods.cpu[pod]) / nodes.cpu[node]
    const memory = (nodes.freeMemory[node] - pods.memory[pod]) / nodes.memory[node]
    return -(cpu + Number(memoryWeight) * memory)
  },
}

export default snug
