/** Prefers the node with the most free memory after placement. The highest score wins; on ties the lowest row. */
import type { OwnScheduler } from 'orchsim'

const emptiest: OwnScheduler = {
  name: 'emptiest',
  parameters: {
    cpuWeight: { kind: 'number', default: 0, min: 0, meaning: 'weight of free CPU relative to free memory' },
  },
  score(pod, node, { nodes, pods }, { cpuWeight }) {
    const memory = (nodes.freeMemory[node] - pods.memory[pod]) / nodes.memory[node]
    const cpu = (nodes.freeCpu[node] - pods.cpu[pod]) / nodes.cpu[node]
    return memory + Number(cpuWeight) * cpu
  },
}

export default emptiest
