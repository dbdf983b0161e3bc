import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { slowCases } from '../../sim/testing/index.ts'
import { NEVER } from '../synthetic/arrivals.ts'
import { openRequests } from '../requests/open.ts'
import { streams } from '../streams.fixture.ts'
import { SAMPLES } from '../traces/rows.fixture.ts'
import { TraceError } from '../traces/error.ts'
import { bundled, open, requestsOf, timesOf, traffic, WORK, written } from './replay.fixture.ts'
import { trafficFormats } from './requests.ts'
import { surveyReplay } from './survey.ts'

const CASES = slowCases(10_000)

const folder = mkdtempSync(join(tmpdir(), 'orchsim-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

const llm = written(folder, 'llm.csv', SAMPLES['azure-llm'])
const moon = written(folder, 'moon.jsonl', SAMPLES['mooncake'])
const DAY = 86_400e6

describe('recorded requests come as they came', () => {
  test('each at its time, from `from` on, gaps over speedUp', () => {
    expect(timesOf(open(traffic('azure-llm', llm)))).toEqual([0, 4_314_579, 4_541_877])
    expect(timesOf(open(traffic('azure-llm', llm, { from: 4e6 })))).toEqual([314_579, 541_877])
    // 314,579 / 2 = 157,289.5 is rounded up.
    expect(timesOf(open(traffic('azure-llm', llm, { from: 4e6, speedUp: 2 })))).toEqual([157_290, 270_939])
  })

  test('work = base + Σ per × size, wait likewise; what is not derived is drawn from the work of the service', () => {
    const cpu = { base: 100, per: { context_tokens: 20, generated_tokens: 3 } }
    const wait = { base: 0, per: { generated_tokens: 10 } }
    const derived = requestsOf(open(traffic('azure-llm', llm, { cpu, wait })))
    // 100 + 20 · 374 + 3 · 44 = 7,712; 10 · 44 = 440.
    expect(derived.map(({ work, wait }) => [work, wait])).toEqual([
      [7712, 440],
      [100 + 20 * 396 + 3 * 109, 1090],
      [100 + 20 * 879 + 3 * 55, 550],
    ])
    const drawn = requestsOf(open(traffic('azure-llm', llm, { wait })))
    const synthetic = openRequests({ pattern: 'constant', rate: 1 }, WORK, streams(1))
    expect(drawn.map(({ work }) => work)).toEqual(requestsOf(synthetic, 3).map(({ work }) => work))
    expect(drawn.map(({ wait }) => wait)).toEqual([440, 1090, 550])
    expect(requestsOf(open(traffic('azure-llm', llm))).map(({ wait }) => wait)).toEqual([5, 5, 5])
  })

  test('work is at least 1 µs and whole', () => {
    expect(
      requestsOf(open(traffic('azure-llm', llm, { cpu: { base: 0, per: { generated_tokens: 0.001 } } }))).map(({ work }) => work),
    ).toEqual([1, 1, 1])
  })

  test("mooncake's prefix is the key; a share that is kept is part of a larger one", () => {
    expect(requestsOf(open(traffic('mooncake', moon))).map(({ key }) => key)).toEqual([1, 0, -1])
    const kept = (scale: number): Set<string> =>
      new Set(requestsOf(open(bundled('mooncake', { scale }))).map(({ time, key }) => `${time} ${key}`))
    const [half, most] = [kept(0.5), kept(0.9)]
    for (const one of half) expect(most.has(one)).toBe(true)
    // A binomial of 12,031 requests and p = 1/2 has a standard deviation of 55: four of them.
    expect(Math.abs(requestsOf(open(bundled('mooncake', { scale: 0.5 }))).length - 6015.5)).toBeLessThan(4 * 55)
  })

  test('repeat: a pass begins a mean gap after the last request of the one before, with its sizes and keys; `from` may lie in any pass', () => {
    // Three requests with a mean gap of 4,541,877 / 2 = 2,270,938.5 µs, rounded up: a pass of 6,812,816 µs.
    const pass = 6_812_816
    const once = [0, 4_314_579, 4_541_877]
    expect(timesOf(open(traffic('azure-llm', llm, { repeat: 3 })))).toEqual([0, 1, 2].flatMap((k) => once.map((time) => time + k * pass)))
    expect(timesOf(open(traffic('azure-llm', llm, { repeat: 2, from: pass + 1 })))).toEqual([4_314_578, 4_541_876])
    expect(requestsOf(open(traffic('mooncake', moon, { repeat: 2 }))).map(({ key }) => key)).toEqual([1, 0, -1, 1, 0, -1])
    expect(
      requestsOf(open(traffic('azure-llm', llm, { repeat: 2, cpu: { base: 0, per: { context_tokens: 1 } } }))).map(({ work }) => work),
    ).toEqual([374, 396, 879, 374, 396, 879])
    const { rate, ends } = surveyReplay(traffic('azure-llm', llm, { repeat: 3 }), DAY)
    expect(ends).toBe(2 * pass + 4_541_878)
    expect(rate).toBeCloseTo((9 * 1e6) / (ends ?? NaN), 12)
    // Two hours of an hour's trace: the same requests again.
    expect(requestsOf(open(bundled('azure-llm', { repeat: 2 }))).length).toBe(2 * 19_366)
  })

  test('repeat of a rate: the second day expects what the first one did, from other random draws', () => {
    const source = open(bundled('nasa-day', { repeat: 2 }))
    for (const time of [0, 3600e6, 80_000e6]) expect(source.rateAt(DAY + time)).toBe(source.rateAt(time))
    const times = timesOf(source)
    const first = times.filter((time) => time < DAY).length
    // 134,204 a day: Poisson, within 2.6 standard deviations each.
    for (const count of [first, times.length - first]) expect(Math.abs(count - 134_204)).toBeLessThan(2.6 * Math.sqrt(134_204))
    expect(surveyReplay(bundled('nasa-day', { repeat: 2 }), 3 * DAY).ends).toBe(2 * DAY)
  })

  test('repetitions without a meaning, too many, or of blocks are refused', () => {
    for (const repeat of [0, 1.5, 10_001])
      expect(() => open(traffic('azure-llm', llm, { repeat }))).toThrow('accepted: a whole number from 1 to 10000')
    expect(() => open(traffic('azure-llm', llm, { repeat: 2, bootstrap: { block: 1e6 } }))).toThrow('repeat with bootstrap')
    expect(() => open(bundled('nasa-day', { repeat: 1000 }))).toThrow('accepted: at most 10000000 intervals in all')
  })

  test('openRequests takes it: the whole azure-llm trace, 19,366 requests', () => {
    const source = openRequests(bundled('azure-llm', { cpu: { base: 0, per: { context_tokens: 1 } } }), WORK, streams(1))
    const all = requestsOf(source)
    expect(all.length).toBe(19_366)
    // The published mean of the prompts is 1,155 tokens, one µs each here.
    expect(all.reduce((sum, { work }) => sum + work, 0) / all.length).toBeCloseTo(1155, 0)
  })
})

describe('resampled requests', () => {
  const blocks = { block: 10 * 60e6 }

  test('another recording in each replication, the same for one seed; within a block the gaps are the recorded ones', () => {
    const spec = bundled('azure-llm', { bootstrap: blocks })
    const one = timesOf(open(spec, 1))
    expect(timesOf(open(spec, 1))).toEqual(one)
    expect(timesOf(open(spec, 2))).not.toEqual(one)
    const recorded = timesOf(open(bundled('azure-llm')))
    const gaps = new Set(recorded.slice(1).map((time, i) => time - recorded[i]))
    const strange = one.slice(1).filter((time, i) => !gaps.has(time - one[i])).length
    // Only where blocks meet, and where one goes round the end: at most 2 · 6.
    expect(strange).toBeLessThanOrEqual(12)
    expect(one.length).toBeGreaterThan(15_000)
  })

  test('sizes and keys go with their rows', () => {
    const cpu = { base: 0, per: { input_length: 1 } }
    const recorded = new Set(requestsOf(open(bundled('mooncake', { cpu }))).map(({ work, key }) => `${work} ${key}`))
    const resampled = requestsOf(open(bundled('mooncake', { cpu, bootstrap: blocks })))
    expect(resampled.filter(({ work, key }) => !recorded.has(`${work} ${key}`))).toEqual([])
  })

  test('a block that is too long for the recording is refused', () => {
    expect(() => open(bundled('azure-llm', { bootstrap: { block: DAY } }))).toThrow(
      /a block of 86400 s, of which the recording of 3502 s contains fewer than two; accepted: at most 1750 s/,
    )
    expect(() => surveyReplay(bundled('azure-llm', { bootstrap: { block: DAY } }), 60e6)).toThrow(TraceError)
  })
})

describe('the survey', () => {
  test('the mean rate of the part that the run meets, and where the recording ends', () => {
    expect(surveyReplay(traffic('azure-llm', llm), 4e6)).toEqual({ rate: 1 / 4, ends: null })
    // Three requests until 4.541877 s; the end is just after the last one.
    expect(surveyReplay(traffic('azure-llm', llm), 60e6)).toEqual({ rate: 3e6 / 4_541_878, ends: 4_541_878 })
    expect(surveyReplay(traffic('azure-llm', llm, { from: 4e6, speedUp: 0.5 }), 60e6)).toEqual({ rate: 2e6 / 1_083_756, ends: 1_083_756 })
    const source = open({ ...traffic('azure-llm', llm), rate: 0.66, ends: 4_541_878 })
    expect([source.rateAt(0), source.rateAt(4_541_877), source.rateAt(4_541_878)]).toEqual([0.66, 0.66, 0])
    // 12,031 in 3,537 s.
    expect(surveyReplay(bundled('mooncake', { scale: 0.5 }), DAY).rate).toBeCloseTo(12_031 / 3537 / 2, 2)
  })

  test('a wrong row is found if the run would meet it, and only then', () => {
    const broken = written(folder, 'broken.csv', SAMPLES['azure-llm'].replace('4.541877,879', '4.541877,many'))
    expect(() => surveyReplay(traffic('azure-llm', broken), 10e6)).toThrow(/broken\.csv:4, column context_tokens: found "many"/)
  })

  test.each([
    [{ speedUp: 0 }, /speedUp: 0; accepted: a number from 1e-9 to 1000000000/],
    [{ from: -1 }, /from: -1; accepted: a time from 0/],
    [
      { scale: 2 },
      /scale: 2; accepted: at most 1, the share of the recorded requests that is kept; for more requests per second use speedUp/,
    ],
    [{ format: 'swf' }, `found the format "swf"; accepted: ${trafficFormats.join(', ')}`],
    [{ cpu: { base: 0, per: { tokens: 1 } } }, /cpu\.per: found the size "tokens"; accepted: context_tokens, generated_tokens/],
    [{ cpu: { base: 0, per: {} } }, /cpu: all 0; accepted: a base, or a time per unit of context_tokens, generated_tokens/],
    [{ from: 60e6 }, /llm\.csv: found nothing to replay; accepted: a trace with requests between `from` and the horizon/],
  ])('%j is refused', (more, message) => {
    expect(() => surveyReplay(traffic('azure-llm', llm, more), 60e6)).toThrow(message)
  })

  test('a rate has no sizes', () => {
    expect(() => surveyReplay(bundled('nasa', { cpu: { base: 1, per: {} } }), 60e6)).toThrow(
      /cpu or wait by sizes with a recorded rate, which has no sizes; accepted: neither/,
    )
  })
})

test(`fuzz: ${CASES} specs: requests in order, whole and finite, or a RangeError or TraceError`, () => {
  const sampled = trafficFormats.filter((format) => SAMPLES[format] !== undefined)
  expect(sampled.length).toBeGreaterThan(6)
  const files = Object.fromEntries(sampled.map((format) => [format, written(folder, `fuzz-${format}`, SAMPLES[format])]))
  const number = fc.oneof(fc.constantFrom(0, -1, 1, 0.5, 2, NaN, Infinity, 1e-9, 1e300, 300e6), fc.double())
  const size = fc.constantFrom('context_tokens', 'input_length', 'duration_s', 'none', '__proto__')
  // Each number is mostly a sensible one, so that several wrong ones do not hide each other.
  const mostly = (...sensible: number[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...sensible) }, { weight: 1, arbitrary: number })
  const sizeWork = fc.option(fc.record({ base: number, per: fc.dictionary(size, number, { maxKeys: 2 }) }), { nil: null })
  let made = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...sampled),
      mostly(0, 1e6, 60e6),
      mostly(1, 0.5, 3),
      mostly(1, 0.5),
      fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: sizeWork }),
      fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: mostly(1e6, 300e6) }),
      mostly(1, 1, 2, 10_000),
      (format, from, speedUp, scale, cpu, block, repeat) => {
        const spec = traffic(format, files[format], { from, repeat, speedUp, scale, cpu, bootstrap: block === null ? null : { block } })
        try {
          surveyReplay(spec, 600e6)
          const requests = requestsOf(open(spec), 20)
          made++
          let before = 0
          return requests.every(({ time, work, wait }) => {
            const right = Number.isInteger(time) && time >= before && Number.isInteger(work) && work >= 1 && work <= NEVER && wait >= 0
            before = time
            return right
          })
        } catch (error) {
          return error instanceof RangeError || error instanceof TraceError
        }
      },
    ),
    { numRuns: CASES, seed: 7 },
  )
  expect(made).toBeGreaterThan(CASES / 50)
})
