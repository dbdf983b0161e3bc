/** `orchsim plan-capacity` as a user runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { CapacityReport } from '../capacity/text.ts'
import { loadSolver } from '../capacity/lp-bound.ts'
import type { Screens } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { planCapacityCommand, type PlanCapacityOptions } from './plan-capacity.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-capacity-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
async function run(content: object, options: PlanCapacityOptions = {}) {
  const file = join(folder, `capacity-${files++}.yaml`)
  writeFileSync(file, stringify(content))
  const said = { out: '', err: '' }
  const screen = (key: 'out' | 'err') => ({ write: (text: string) => ((said[key] += text), true) })
  const code = await planCapacityCommand(file, options, { out: screen('out'), err: screen('err') } as unknown as Screens)
  return { code, ...said }
}

async function report(content: object, options: PlanCapacityOptions = {}): Promise<CapacityReport> {
  const { code, out, err } = await run(content, { ...options, json: true })
  expect([code, err]).toEqual([EXIT.done, ''])
  return JSON.parse(out) as CapacityReport
}

const small = { name: 'small', cpu: 4, memory: '16Gi', price: '1/h' }
const large = { name: 'large', cpu: 16, memory: '64Gi', price: '3/h' }
const pods = (count: number, cpu: number) => ({ count, cpu, memory: '1Gi' })

describe('plans and bounds', () => {
  it('16 pods of 1 core: one large node for $3 is cheaper than four small ones for $4, and no packing is better', async () => {
    const { plans } = await report({ nodes: [small, large], pods: [pods(16, 1)] })
    expect(plans.map(({ objective, nodes, cost, gap }) => [objective, nodes, cost, gap])).toEqual([
      ['cost', 1, 3, 0],
      ['nodes', 1, 3, 0],
    ])
  })

  it('max limits a kind: then four small ones', async () => {
    const { plans } = await report({ nodes: [small, { ...large, max: 0 }], pods: [pods(16, 1)] })
    expect(plans[0].byKind).toEqual([
      { name: 'small', nodes: 4 },
      { name: 'large', nodes: 0 },
    ])
  })

  it('60 pods of 34 % of a node need 30: the continuous bound and L2 say 21, column generation says 30', async () => {
    const { plans } = await report({ nodes: [{ ...small, cpu: '1000m', price: '0/h' }], pods: [pods(60, 0.34)] }, { lp: true })
    const { bounds, nodes, gap } = plans[0]
    expect(bounds).toEqual({ continuous: 21, indivisible: 21, lp: 30, lpSolved: true })
    expect([nodes, gap]).toEqual([30, 0])
  })
})

describe('compaction', () => {
  it('32 pods of 1 core in a cell of 20 equal nodes of 4: every trial ends at 8 nodes', async () => {
    const { compaction } = await report({ nodes: [{ ...small, count: 20 }], pods: [pods(32, 1)] }, { trials: 5 })
    expect(compaction).toEqual({
      by: 'best-fit-decreasing',
      trials: 5,
      tolerance: 0,
      nodes: 20,
      cell: 20,
      copies: 1,
      sizes: [8, 8, 8, 8, 8],
      p90: 8,
    })
  })

  it('pending: 25 % of the pods may wait, so 6 nodes of 4 do; a cell that is too small is copied', async () => {
    const { compaction } = await report({ nodes: [{ ...small, count: 5 }], pods: [pods(32, 1)] }, { trials: 1, pending: 25 })
    expect(compaction).toMatchObject({ copies: 2, sizes: [6] })
  })

  it('of two kinds the trials differ, the 90th percentile of 10 is the ninth, and a seed repeats', async () => {
    const file = {
      nodes: [
        { ...small, count: 20 },
        { ...large, count: 20 },
      ],
      pods: [pods(100, 1)],
    }
    const { compaction } = await report(file, { trials: 10 })
    const sizes = compaction!.sizes!
    expect(new Set(sizes).size).toBeGreaterThan(1)
    expect(compaction).toMatchObject({ p90: sizes[8] })
    expect((await report(file, { trials: 10 })).compaction).toEqual(compaction)
    expect((await report(file, { trials: 10, seed: '2' })).compaction).not.toEqual(compaction)
  })
})

describe('text, and wrong input', () => {
  it('prints plans, gaps and the compaction', async () => {
    const { out } = await run({ nodes: [{ ...small, count: 20 }, large], pods: [pods(16, 1)] })
    expect(out).toContain('16 pods, 2 kinds of nodes')
    expect(out).toContain('cheapest: 1 nodes, $3.00/h\n  1 x large')
    expect(out).toContain('gap: 0 %, no packing is better')
    expect(out).toContain('compaction of the cell of 20 nodes: 4 nodes (20%), the 90th percentile of 11 trials')
  })

  it('every problem of the file at once', async () => {
    const { code, err } = await run({
      nodes: [small, { ...small, gpus: 2 }],
      pods: [{ count: 1, cpu: 1, memory: '1Gi', gpuMilli: 500 }],
    })
    expect(code).toBe(EXIT.wrong)
    expect(err).toContain('found small again, which nodes[0] has; accepted: unique names')
    expect(err).toContain('found 2 without a gpuModel; accepted: both or neither')
    expect(err).toContain('found 500 with 0 GPUs; accepted: below 1000 only with one GPU')
  })

  it('an unknown packer, and pods that fit no node', async () => {
    expect(await run({ nodes: [small], pods: [pods(1, 1)] }, { packer: ['best-fitt'] })).toMatchObject({
      code: EXIT.wrong,
      err: expect.stringContaining('found the packer "best-fitt"; accepted: next-fit,') as string,
    })
    expect(await run({ nodes: [small], pods: [pods(2, 5), pods(1, 1)] })).toMatchObject({
      code: EXIT.failed,
      err: 'orchsim plan-capacity: 2 of 3 pods fit no node within the limits; accepted: larger kinds of nodes, or a higher max\n',
    })
  })

  it('without the solver', async () => {
    await expect(loadSolver(() => Promise.reject(new Error('none')))).rejects.toThrow(
      'found no highs, the solver of the bound; accepted: npm install highs',
    )
  })
})
