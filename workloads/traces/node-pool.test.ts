import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadTracePool } from './node-pool.ts'

const path = fileURLToPath(new URL('../data/openb-gpu-2023', import.meta.url))

describe('a pool from openb', () => {
  test('all 1,523 nodes, equal ones share a template, totals as in the README', () => {
    const { templates, initial } = loadTracePool('openb', path)
    expect(initial.length).toBe(1523)
    expect(templates.length).toBeLessThan(40)
    expect(initial.reduce((sum, t) => sum + templates[t].cpu, 0)).toBe(125_514_000)
    expect(initial.reduce((sum, t) => sum + templates[t].memory, 0)).toBe(612_028_416 * 1_048_576)
    expect(initial.reduce((sum, t) => sum + templates[t].gpus, 0)).toBe(6212)
    expect(new Set(templates.map((template) => JSON.stringify(template))).size).toBe(templates.length)
    // The first row of the file: openb-node-0000,32000,262144,0,
    expect(templates[initial[0]]).toEqual({
      cpu: 32_000,
      memory: 262_144 * 1_048_576,
      gpus: 0,
      gpuModel: '',
      pods: 110,
      resources: {},
      zone: '',
      labels: {},
      taints: [],
      price: 0,
    })
  })

  test('zones are dealt out in turn; pods and price are those given', () => {
    const plain = loadTracePool('openb', path)
    const { templates, initial } = loadTracePool('openb', path, { zones: ['a', 'b', 'c'], pods: 30, price: 770_000 })
    expect(Array.from(initial.slice(0, 4), (t) => templates[t].zone)).toEqual(['a', 'b', 'c', 'a'])
    expect(
      initial.every((t, node) => templates[t].cpu === plain.templates[plain.initial[node]].cpu && templates[t].zone === 'abc'[node % 3]),
    ).toBe(true)
    expect(templates.every((template) => template.pods === 30 && template.price === 770_000)).toBe(true)
  })

  test('another file of the folder', () => {
    expect(() => loadTracePool('openb', `${path}/none`)).toThrow(/none.openb_node_list_all_node\.csv: found no such file/)
  })
})
