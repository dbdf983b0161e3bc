import { describe, expect, it } from 'vitest'
import { shape, template } from '../testing/cluster.ts'
import type { LooseShape } from '../testing/cluster.ts'
import { EmptyNodes, type Misfit } from './empty-nodes.ts'

const taint = { key: 'dedicated', value: 'ml', effect: 'NoSchedule' } as const
const nodes = new EmptyNodes([
  template({ cpu: 4000, memory: '16Gi', labels: { pool: 'a' } }),
  template({ cpu: 8000, memory: '8Gi', labels: { pool: 'b', disk: 'hdd' }, resources: { fpga: 2 } }),
  template({ cpu: 64_000, memory: '64Gi', gpus: 4, gpuModel: 'A10', labels: { pool: 'ml' }, taints: [taint] }),
])
const GIB = 1024 ** 3

describe('a pod and the empty nodes', () => {
  it.each<readonly [string, LooseShape, Misfit | null]>([
    ['fits the first', { cpu: 4000, memory: '16Gi' }, null],
    [
      'fits none by size, though each amount is on some node',
      { cpu: 8000, memory: '16Gi' },
      { rule: 'size', cpu: 8000, memory: 16 * GIB, gpus: 0 },
    ],
    ['a resource that no node has', { resources: { 'nvidia.com/gpu': 1 } }, { rule: 'resource', name: 'nvidia.com/gpu', most: 0 }],
    ['a name of the prototype', { resources: { constructor: 1 } }, { rule: 'resource', name: 'constructor', most: 0 }],
    ['more of a resource than a node has', { resources: { fpga: 3 } }, { rule: 'resource', name: 'fpga', most: 2 }],
    ['a label that no node has', { nodeSelector: { zone: 'x' } }, { rule: 'selector', key: 'zone', values: [] }],
    ['a value that no node has', { nodeSelector: { disk: 'ssd' } }, { rule: 'selector', key: 'disk', values: ['hdd'] }],
    ['a taint on all nodes that are selected', { nodeSelector: { pool: 'ml' } }, { rule: 'taint', taint }],
    [
      'a model that no node has',
      { gpus: 1, gpuModels: ['H100'], tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] },
      { rule: 'gpu model', models: ['A10'] },
    ],
    ['two labels that are on different nodes', { nodeSelector: { pool: 'a', disk: 'hdd' } }, { rule: 'size', cpu: 0, memory: 0, gpus: 0 }],
  ])('%s', (_what, partial, misfit) => {
    expect(nodes.misfit(shape(partial))).toEqual(misfit)
    expect(nodes.fits(shape(partial))).toBe(misfit === null)
  })
})
