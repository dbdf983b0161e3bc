import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { main } from './cli.ts'

// Charts, most of the time of a small run, are compared by nothing here.
vi.mock(import('../../reports/charts/render.ts'), async (original) => ({
  ...(await original()),
  renderSvg: () => Promise.resolve({ svg: '<svg xmlns="http://www.w3.org/2000/svg"/>', warnings: [], errors: [] }),
  renderPng: () => Promise.resolve(new Uint8Array()),
}))

const folder = mkdtempSync(join(tmpdir(), 'orchsim-compare-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

async function call(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await main(
    args,
    { out: { write: (text) => void (out += text) }, err: { write: (text) => void (err += text) } },
    new AbortController().signal,
  )
  return { code, out, err }
}

beforeAll(async () => {
  writeFileSync(
    at('x.yaml'),
    `name: x
replications: 5
horizon: 2m
warmup: 20s
primary: latency-mean
cluster: { pools: [{ name: general, count: 3, cpu: 4, memory: 8Gi }] }
workload:
  services:
    - { name: web, replicas: 4, cpu: 500m, memory: 1Gi, threads: 1, traffic: { rate: 100/s }, work: { cpu: { exponential: { mean: 20ms } } } }
slb: two-choices
`,
  )
  const run = (name: string, ...sets: string[]) =>
    call('run', at('x.yaml'), '--quiet', '--out', at(name), ...sets.flatMap((set) => ['--set', set]))
  for (const [name, ...sets] of [['before'], ['worse', 'slb=random'], ['other-seed', 'seed=2'], ['axes', 'slb=[random, two-choices]']]) {
    expect((await run(name, ...sets)).code).toBe(0)
  }
}, 180_000)

describe('compare', () => {
  it('a worse balancer is a regression: exit code 4, paired by seed', async () => {
    const { code, out } = await call('compare', at('before'), at('worse'))
    expect(code).toBe(4)
    expect(out).toMatch(/all runs +mean latency \[ms\] .*\(paired, n = 5\) +regression/)
  })

  it('an improvement is no regression, and neither is a folder compared with itself', async () => {
    expect((await call('compare', at('worse'), at('before'))).code).toBe(0)
    const { code, out } = await call('compare', at('before'), at('before'))
    expect(code).toBe(0)
    expect(out).toContain('no regression beyond the margin')
  })

  it('different seeds are compared unpaired, with a note', async () => {
    const { code, out } = await call('compare', at('before'), at('other-seed'))
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('seeds differ, so the runs are compared unpaired') })
  })

  it('a wide margin accepts it; --metric chooses another metric', async () => {
    expect((await call('compare', at('before'), at('worse'), '--margin', '500%')).code).toBe(0)
    expect((await call('compare', at('before'), at('worse'), '--metric', 'nodes-mean')).code).toBe(0)
    expect((await call('compare', at('before'), at('worse'), '--metric', 'nodes-mean', '--metric', 'latency-p50')).code).toBe(4)
  })

  it('prints markdown and JSON', async () => {
    const { out: markdown } = await call('compare', at('before'), at('worse'), '--markdown')
    expect(markdown).toMatch(/^### orchsim: /)
    expect(markdown).toContain('**regression**')
    const { out } = await call(
      'compare',
      join(at('before'), 'runs.csv'),
      join(at('worse'), 'runs.csv'),
      '--json',
      '--metric',
      'latency-mean',
    )
    expect(JSON.parse(out)).toMatchObject({ version: 1, regressions: 1 })
  })

  it.each([
    ['a folder that is not there', ['before', 'none'], 'found no such file or folder as "'],
    ['a folder without results', ['before', '.'], 'found no runs.csv in "'],
    ['a file that is no runs.csv', ['before', 'x.yaml'], 'x.yaml:1:1: found the columns'],
    ['an unknown metric', ['before', 'worse', '--metric', 'latency'], 'found the metric "latency"; accepted: latency-p50'],
    ['a margin that is none', ['before', 'worse', '--margin', 'much'], 'found the margin "much"; accepted: a share such as 2% or 0.02'],
    ['points that are none', ['before', 'worse', '--points', '-3'], 'found the points "-3"; accepted: a number from 0 to 100'],
  ])('%s ends with 2', async (_, [before, after, ...rest], message) => {
    const { code, out, err } = await call('compare', at(before), at(after), ...rest)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })

  it('variants of only one folder are listed', async () => {
    expect((await call('compare', at('axes'), at('before'))).out).toContain('only before: slb random; slb two-choices')
    expect(readFileSync(join(at('axes'), 'runs.csv'), 'utf8')).toContain('two-choices')
  })
})
