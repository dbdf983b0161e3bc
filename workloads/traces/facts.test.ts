import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { bundledFile, bundledTraces } from './bundled.ts'
import { factsOf, type Spreading, type TraceFacts } from './facts.ts'
import { isKind, openRows, rowFormat } from './formats.ts'
import { openbPods } from './openb.ts'
import { Spread } from './spread.ts'
import { TimeBins } from './timeline-bins.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-facts-'))
afterAll(() => rmSync(folder, { recursive: true }))

const DAY = 86_400e6
const pathOf = (name: string): string => {
  const trace = bundledTraces.find((one) => one.name === name)
  if (trace === undefined) throw new Error(`no trace ${name}`)
  return fileURLToPath(new URL(`../../${bundledFile(trace)}`, import.meta.url))
}

function facts(name: string, from = 0, until = Infinity): TraceFacts {
  const format = rowFormat(bundledTraces.find((one) => one.name === name)?.format ?? '')
  if (format === undefined) throw new Error(`no format of ${name}`)
  return factsOf(format, pathOf(name), { from, until })
}

function spread(of: TraceFacts, name: string): Spreading {
  const found = of.spreads.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

const count = (of: TraceFacts, what: string): number => of.counts.find((one) => one.what === what)?.value ?? NaN

// The figures are those of the READMEs of the traces as their collectors publish them, and of the survey in workloads.md: none is from our output.
describe('published figures of the bundled traces', () => {
  test('openb: 8,152 pods, 897 never ran; C² of the lifetimes 216, and 243 when those count from their creation; gaps of the last 31.4 days: mean 350 s, C² 2.7', () => {
    const all = facts('openb')
    expect([all.rows, count(all, 'never ran')]).toEqual([8152, 897])
    expect(spread(all, 'duration').cv2).toBeCloseTo(216, 0)
    const { created, scheduled, deleted } = openbPods(pathOf('openb'))
    const lifetimes = new Spread(1)
    created.forEach((time, row) => lifetimes.add((deleted[row] - (scheduled[row] < 0 ? time : scheduled[row])) / 1e6))
    expect(lifetimes.cv2).toBeCloseTo(243, 0)
    expect(lifetimes.mean).toBeCloseTo(25_785, 0)
    const end = 12_901_761e6
    const late = facts('openb', end - 31.4 * DAY)
    expect(late.rows / all.rows).toBeCloseTo(0.95, 2)
    expect(spread(late, 'gap').mean).toBeCloseTo(350, 0)
    expect(spread(late, 'gap').cv2).toBeCloseTo(2.7, 1)
  })

  test('surf: 68,648 jobs in 30.03 days, mean gap 37.8 s with C² 86; durations: median 69 s, p90 3,611 s, p99 129,266 s, mean 4,524 s, C² 41.8', () => {
    const all = facts('surf')
    expect(all.rows).toBe(68_648)
    expect((all.until - all.from) / 86_400).toBeCloseTo(30.03, 1)
    const gap = spread(all, 'gap')
    expect(gap.mean).toBeCloseTo(37.8, 1)
    expect(Math.round(gap.cv2)).toBe(86)
    const duration = spread(all, 'duration')
    expect(duration.mean).toBeCloseTo(4524, 0)
    expect(duration.cv2).toBeCloseTo(41.8, 1)
    // Quantiles are good to 0.4 %, half a bucket.
    for (const [found, published] of [
      [duration.p50, 69],
      [duration.p90, 3611],
      [duration.p99, 129_266],
    ])
      expect(Math.abs(found / published - 1)).toBeLessThan(0.004)
    expect(all.shapes).toEqual([{ shape: '16 cores, 93.13 GiB', share: 1 }])
  })

  test('azure-llm: 19,366 requests in 3,501.7 s, 5.53 per s, gap C² 1.20; prompt: mean 1,155, median 1,020, p99 4,142, C² 0.92; output: 211, 129, 601, C² 0.60', () => {
    const all = facts('azure-llm')
    expect(all.rows).toBe(19_366)
    expect(all.until).toBeCloseTo(3501.7, 1)
    expect(all.rate.mean).toBeCloseTo(5.53, 2)
    expect(spread(all, 'gap').cv2).toBeCloseTo(1.2, 2)
    const [prompt, output] = [spread(all, 'context_tokens'), spread(all, 'generated_tokens')]
    expect([Math.round(prompt.mean), Math.round(output.mean)]).toEqual([1155, 211])
    expect([prompt.cv2.toFixed(2), output.cv2.toFixed(2)]).toEqual(['0.92', '0.60'])
    for (const [found, published] of [
      [prompt.p50, 1020],
      [prompt.p99, 4142],
      [output.p50, 129],
      [output.p99, 601],
    ])
      expect(Math.abs(found / published - 1)).toBeLessThan(0.004)
  })

  test('mooncake: 12,031 requests, 3.4 per s, 12,035 tokens in and 343 out; 288,500 blocks, 182,790 different: 36.6 % are repeats', () => {
    const all = facts('mooncake')
    expect([all.rows, count(all, 'prefix blocks')]).toEqual([12_031, 288_500])
    expect(all.rate.mean).toBeCloseTo(3.4, 1)
    expect([Math.round(spread(all, 'input_length').mean), Math.round(spread(all, 'output_length').mean)]).toEqual([12_035, 343])
    expect(count(all, 'share of repeated blocks')).toBeCloseTo(1 - 182_790 / 288_500, 12)
  })

  test('nasa: 39,692 minutes, 1,891,675 requests, mean 47.7, p95 108, peak 409: peak-to-mean 8.6; one day by the second: 134,204 requests', () => {
    const all = facts('nasa')
    const minutes = spread(all, 'count in 60 s')
    expect([all.rows, count(all, 'total'), minutes.max, minutes.p99]).toEqual([39_692, 1_891_675, 409, 145])
    expect(minutes.mean).toBeCloseTo(47.7, 1)
    expect(count(all, 'peak-to-mean of 60 s')).toBeCloseTo(8.6, 1)
    const day = facts('nasa-day')
    expect([day.rows, count(day, 'total')]).toEqual([86_400, 134_204])
  })

  test('nab: 4,032 intervals of a load balancer, sum 249,327, peak 656; 10,320 of taxis, mean 15,138, peak 39,197; 4,621 sizes of a group', () => {
    const [elb, taxi, group] = [facts('elb'), facts('taxi'), facts('group-size')]
    expect([elb.rows, count(elb, 'total'), spread(elb, 'count in 300 s').max]).toEqual([4032, 249_327, 656])
    expect([taxi.rows, Math.round(spread(taxi, 'count in 1800 s').mean), spread(taxi, 'count in 1800 s').max]).toEqual([
      10_320, 15_138, 39_197,
    ])
    expect(group.rows).toBe(4621)
  })

  test('bitbrains: 128,568 samples of 25 machines; workflows: 7,146 tasks in 2,382 chains of three in 444 s, 460 tasks in 20', () => {
    const usage = facts('bitbrains')
    expect([usage.rows, count(usage, 'series')]).toEqual([128_568, 25])
    expect(facts('bitbrains-vms').rows).toBe(25)
    const chronos = facts('chronos')
    expect([chronos.rows, count(chronos, 'tasks'), spread(chronos, 'tasks of a workflow').max, chronos.until]).toEqual([2382, 7146, 3, 444])
    const askalon = facts('askalon')
    expect([askalon.rows, count(askalon, 'tasks')]).toEqual([20, 460])
  })
})

describe('the arithmetic', () => {
  test('mean and C² as the textbook has them, with weights; quantiles within half a bucket', () => {
    const values = Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 1000) + 0.5)
    const weights = values.map((_, i) => (i % 3) + 1)
    const spread = new Spread(1e-3)
    values.forEach((value, i) => spread.add(value, weights[i]))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const mean = values.reduce((sum, value, i) => sum + value * weights[i], 0) / total
    const variance = values.reduce((sum, value, i) => sum + weights[i] * (value - mean) * (value - mean), 0) / total
    expect(spread.mean).toBeCloseTo(mean, 9)
    expect(spread.cv2).toBeCloseTo(variance / (mean * mean), 9)
    const sorted = values.map((value, i): [number, number] => [value, weights[i]]).sort((a, b) => a[0] - b[0])
    for (const q of [0.01, 0.5, 0.9, 0.99]) {
      let seen = 0
      const exact = sorted.find(([, weight]) => (seen += weight) >= q * total)?.[0] ?? NaN
      expect(Math.abs(spread.quantile(q) / exact - 1)).toBeLessThan(0.005)
    }
  })

  test('bins keep what is put into them while they grow wider', () => {
    const bins = new TimeBins(1e6)
    for (let second = 0; second < 5000; second++) bins.add(second * 1e6, second)
    expect(bins.width).toBe(8e6)
    expect(bins.values.length).toBe(625)
    // Bin b holds the seconds 8b to 8b + 7: their sum is 64b + 28.
    expect(bins.values.every((value, b) => value === 64 * b + 28)).toBe(true)
    const spread = new TimeBins(10)
    spread.spread(5, 25, 4)
    expect(spread.values).toEqual([1, 2, 1])
  })
})

/** Bytes that are in use after a collection, so that what waits to be collected does not count. */
function inUse(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

test('two million rows of a packed file hold less than 20 MB, a window of 65,536 rows, wherever one stops; as text they have 38 MB', () => {
  const file = join(folder, 'many.csv.gz')
  const handle = openSync(file, 'w')
  const rows = 2_000_000
  writeSync(handle, gzipSync('id,submit_s,duration_s,cpu_count,mem_mb\n'))
  // Members of a gzip file stand one after the other: the same one forty times, of jobs that all come at once.
  const text = Array.from({ length: rows / 40 }, (_, i) => `${i},0,${i % 977},4,2000`).join('\n')
  const member = gzipSync(`${text}\n`, { level: 1 })
  for (let part = 0; part < 40; part++) writeSync(handle, member)
  closeSync(handle)
  const format = rowFormat('surf')
  if (format === undefined || !isKind(format, 'pods')) throw new Error('no format')
  const cursor = openRows(format, file)
  let read = 0
  let sum = 0
  let most = 0
  const before = inUse()
  for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
    read++
    sum += row.duration
    if (read % 500_000 === 1) most = Math.max(most, inUse() - before)
  }
  expect(read).toBe(rows)
  let expected = 0
  for (let i = 0; i < rows / 40; i++) expected += i % 977
  expect(sum / 1e6).toBe(40 * expected)
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThan(20e6)
})

test('a peak is never below the mean, of however few rows: two rows a second apart are two bins of one each', () => {
  const file = join(folder, 'two.csv')
  const open = openSync(file, 'w')
  writeSync(open, 't_s,context_tokens,generated_tokens\n0,1,1\n1,1,1\n')
  closeSync(open)
  const format = rowFormat('azure-llm')
  if (format === undefined) throw new Error('no format')
  expect(factsOf(format, file).rate).toMatchObject({ peakToMean: 1, bins: [1, 1] })
})
