import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-chart-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (...names: string[]): string => join(folder, ...names)

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
replications: 2
horizon: 2m
warmup: 20s
cluster: { pools: [{ name: general, count: 3, cpu: 4, memory: 8Gi }] }
workload: { services: [{ name: web, replicas: 4, cpu: 500m, memory: 1Gi, traffic: { rate: 50/s }, work: { cpu: 4ms } }] }
compare: { slb: [random, two-choices] }
`,
  )
  writeFileSync(
    at('own.vl.json'),
    JSON.stringify({
      data: { name: 'runs' },
      mark: 'point',
      encoding: { x: { field: 'replication', type: 'ordinal' }, y: { field: 'latency-mean [ms]', type: 'quantitative' } },
    }).replace('latency-mean [ms]', 'latency-mean \\\\[ms\\\\]'),
  )
  writeFileSync(at('web.json'), JSON.stringify({ data: { url: 'https://example.org/x.csv' }, mark: 'point' }))
  expect((await call('run', at('x.yaml'), '--quiet', '--out', at('results'))).code).toBe(0)
}, 180_000)

describe('chart', () => {
  it('names the charts of a folder, and draws one again to the same bytes', async () => {
    const { out } = await call('chart', at('results'))
    expect(out.split('\n')).toEqual(expect.arrayContaining(['latency', 'metrics', 'timeseries']))
    const before = readFileSync(at('results', 'charts', 'latency.svg'))
    expect(await call('chart', at('results'), 'latency', '--out', at('again.svg'))).toEqual({
      code: 0,
      out: `${at('again.svg')}\n`,
      err: '',
    })
    expect(readFileSync(at('again.svg')).equals(before)).toBe(true)
  })

  it("draws a user's own specification over the tables, as SVG, PNG and specification", async () => {
    for (const name of ['own.svg', 'own.png', 'own.json']) {
      expect((await call('chart', at('results'), '--spec', at('own.vl.json'), '--out', at(name))).code).toBe(0)
      expect(existsSync(at(name))).toBe(true)
    }
    expect(readFileSync(at('own.svg'), 'utf8')).toMatch(/^<svg /)
    expect(readFileSync(at('own.png')).subarray(1, 4).toString()).toBe('PNG')
    expect(JSON.parse(readFileSync(at('own.json'), 'utf8'))).toMatchObject({ datasets: { runs: expect.any(Array) } })
    expect((await call('chart', at('results'), '--spec', at('own.vl.json'))).out).toBe(
      `${at('results', 'charts', 'own.svg')}\n${at('results', 'charts', 'own.png')}\n`,
    )
  })

  it.each([
    ['no folder', ['none'], [], 'found no folder "'],
    ['a chart that is not there', ['results'], ['latncy'], 'did you mean latency?'],
    ['both', ['results'], ['latency', '--spec', 'x'], 'found a chart and --spec; accepted: one of the two'],
    ['a specification that is not there', ['results'], ['--spec', 'none.json'], 'found "none.json", which cannot be read (ENOENT)'],
    [
      'another ending',
      ['results'],
      ['latency', '--out', 'x.gif'],
      'found the file "x.gif"; accepted: a name that ends in .svg, .png, .json',
    ],
  ])('%s ends with 2', async (_, [where], rest, message) => {
    const { code, err } = await call('chart', at(where), ...rest)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) })
  })

  it('loads nothing from elsewhere', async () => {
    const { code, err } = await call('chart', at('results'), '--spec', at('web.json'))
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('since charts load no external data') })
  })
})
