/** Engines of language models: small batches followed by hand, the slow twin, and two limits of queueing theory. Costs in the titles are µs. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choose, input, pool, service, slowCases, type FlatService } from '../../testing/index.ts'
import { METRICS } from '../../outcome/standard.ts'
import { simulate, Simulation } from '../../simulation.ts'
import { balancers } from '../../slb/index.ts'
import { script, spec, type Row } from './inference.fixture.ts'
import { PrefixCache } from './prefix-cache.ts'
import type { Inference } from './spec.ts'

function run(rows: readonly Row[], changed: Partial<Inference> = {}, of: Partial<FlatService> = {}) {
  const simulation = new Simulation(
    input({ horizon: 600e6, services: [service({ threads: 0, inference: { ...spec, ...changed }, requests: script(rows), ...of })] }),
  )
  const { metrics, events } = simulation.run()
  const { recorder } = simulation.parts.engines!
  const { ledger } = simulation.parts.clients.list[0]
  return { metrics, events, recorder, ledger, latency: ledger.latencySum, first: recorder.firstToken.sum }
}

describe('one request', () => {
  it('100 tokens in, 5 out: the prompt takes 10,000 + 100 · 100; four further tokens take 10,500 + 10 · (100 + j), j = 0..3', () => {
    const { latency, first, recorder, events } = run([[0, 100, 5]])
    expect(first).toBe(20_000)
    expect(latency).toBe(20_000 + 4 * 10_500 + 10 * (400 + 6))
    expect(recorder.perToken.sum).toBe(46_060 / 4)
    expect(run([[0, 100, 5000]]).events).toBe(events)
  })
  it('a prompt of 5,000 in iterations of at most 2,048 tokens: 2,048, 2,048 and 904, each reading what was computed before', () => {
    expect(run([[0, 5000, 1]]).latency).toBe(3 * 10_000 + 5000 * 100 + 10 * (0 + 2048 + 4096))
  })
  it('a prompt and answer that the cache cannot hold are rejected', () => {
    expect(run([[0, 90_000, 10_001]]).metrics['errors-rejected']).toBe(100)
  })
})

describe('a constant batch', () => {
  it('8 equal requests at once, without a cost of context: first token after 10,000 + 8 · 50 · 100, then 10,000 + 8 · 500 for each token', () => {
    const rows = Array.from({ length: 8 }, (): Row => [0, 50, 21])
    // The first arrives alone and its prompt is computed alone: 15,000; the other seven follow, with its second token.
    const { latency, first, metrics } = run(rows, { context: 0 })
    const others = 15_000 + 10_000 + 7 * 5000 + 500
    expect(first).toBe(15_000 + 7 * others)
    const step = 10_000 + 8 * 500
    const ends = others + 19 * step
    expect(latency).toBe(ends + 7 * (ends + 10_000 + 7 * 500))
    expect(metrics['per-token-p50']).toBeNull() // fewer observations than a quantile needs
    expect(metrics['output-tokens']).toBeCloseTo((8 * 21) / 600, 10)
  })
  it('a long prompt does not stop the others: each part of it leaves them a token, and their gaps grow to its 2,047 tokens', () => {
    const { latency } = run(
      [
        [0, 1, 10],
        [10_101, 4094, 1],
      ],
      { context: 0, sequence: 0 },
    )
    // First token at 10,100; the second request joins at 20,100 and is computed in two parts, each with a token of the first request.
    const joined = 20_100
    const part = 10_000 + 2047 * 100
    expect(latency).toBe(joined + 2 * part + 6 * 10_000 + (joined + 2 * part - 10_101))
  })
  it('at most `maxSequences` at once: of three requests with space for two the third waits for the end of the first', () => {
    const rows = [0, 1, 2].map((at): Row => [at, 1, 3])
    // Ends of iterations at 10, 20, 30, 40 ms; the first runs in 1..3, the second in 2..4, the third in 4..6.
    const { latency } = run(rows, { maxSequences: 2, context: 0, sequence: 0, prefill: 0 })
    expect(latency).toBe(30_000 + (40_000 - 1) + (60_000 - 2))
  })
})

describe('the cache', () => {
  const free = { context: 0, sequence: 0 }
  it('a second request with the same two blocks computes only what is after them: 1,100 - 1,024 tokens', () => {
    const rows: Row[] = [
      [0, 1100, 1, [1, 2]],
      [1e6, 1100, 1, [1, 2, 9]],
    ]
    const { latency, recorder } = run(rows, free)
    expect(latency).toBe(2 * 10_000 + (1100 + 76) * 100)
    expect(recorder.found).toBe(1024)
    expect(run(rows, { ...free, prefixCache: false }).latency).toBe(2 * 10_000 + 2200 * 100)
  })
  it('the last token is computed in any case: of a prompt of 1,024 one block of two is used', () => {
    const rows: Row[] = [
      [0, 1024, 1, [1, 2]],
      [1e6, 1024, 1, [1, 2]],
    ]
    expect(run(rows, free).recorder.found).toBe(512)
  })
  it('blocks stay until their space is needed, the one used longest ago goes first, and of a prompt the end before its beginning', () => {
    const rows: Row[] = [
      [0, 1025, 1, [1, 2]],
      [1e6, 1025, 1, [3, 4]],
      [2e6, 513, 1, [5]], // its 513 tokens take the space of block 2
      [3e6, 1025, 1, [1, 2]], // finds 1; its second block takes the space of 4, and its last token free space
      [4e6, 1025, 1, [3, 4]], // finds 3
    ]
    expect(run(rows, { ...free, cache: 2100 }).recorder.found).toBe(2 * 512)
  })
  it('two answers that outgrow the cache: the later one is preempted, keeps its tokens, and computes prompt and answer again', () => {
    // The second joins in iteration 2, after which 201 tokens are in use; each further iteration adds 2, so iteration 12 has space for the first alone.
    const rows: Row[] = [
      [0, 100, 31],
      [0, 100, 31],
    ]
    const { latency, recorder, ledger } = run(rows, { ...free, cache: 220, prefill: 0 })
    expect(recorder.preempted).toBe(1)
    expect(ledger.answered).toBe(2)
    // The first needs 31 iterations. The second has ten tokens then; its 110 tokens fit again when the first has ended, and 21 iterations remain.
    expect(latency).toBe(310_000 + 310_000 + 210_000)
    expect(recorder.admitted).toBe(2)
  })
  it('counts users and order of blocks: a used block is not evicted, and one that was used again is the newest', () => {
    const cache = new PrefixCache()
    for (const block of [1, 2, 3]) cache.use(block)
    for (const block of [1, 2, 3]) cache.release(block)
    cache.use(1)
    cache.evict()
    expect(cache.match([2], 1)).toBe(0)
    cache.release(1)
    cache.evict()
    expect([cache.match([3], 1), cache.match([1, 3], 2), cache.idle, cache.shared]).toEqual([0, 1, 1, 0])
  })
})

describe('an event for each iteration gives the same', () => {
  const rows = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 8000 }),
      fc.integer({ min: 1, max: 1500 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 3 }),
    ),
    { minLength: 1, maxLength: 30 },
  )
  // Iterations take whole milliseconds, and every request has fractions of a millisecond of its own, so that none arrives or ends when an iteration of another does.
  const costs = { iteration: 100_000, prefill: 1e6, sequence: 5000, context: 1e6, maxTokens: 700 }
  it('for any requests, in a small cache with shared prefixes, with requests that time out', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 3000, max: 9000 }), fc.boolean(), (given, cache, cancel) => {
        let at = 0
        const requests = given.map(([gap, prompt, output, family], i): Row => {
          at += gap * 1000
          return [at + 7 * i, prompt, output, [family, 10 + family, 20 + family]]
        })
        const of = { replicas: 2, timeout: 60_000_300, cancel, queue: 20, retries: { limit: 1, backoff: 0, budget: 1 } }
        const [fast, slow] = [false, true].map((stepwise) => run(requests, { ...costs, cache, stepwise }, of))
        expect(fast.latency).toBe(slow.latency)
        expect(fast.first).toBe(slow.first)
        expect({ ...fast.metrics }).toEqual({ ...slow.metrics })
        expect(fast.events).toBeLessThanOrEqual(slow.events)
      }),
      { numRuns: slowCases(200, 20) },
    )
  })
})

it('has no metric that is never a number: 10,001 answers of two tokens', () => {
  const rows = Array.from({ length: 10_001 }, (_, i): Row => [i * 1000, 600, 2, [i % 7]])
  const one = service({ threads: 0, replicas: 20, inference: { ...spec, maxSequences: 200, maxTokens: 5000 }, requests: script(rows) })
  const { metrics } = simulate(input({ check: false, horizon: 600e6, services: [one] }))
  const ids = METRICS.filter(({ group }) => group === 'inference').map(({ id }) => id)
  expect(ids.filter((id) => metrics[id] === null)).toEqual([])
  expect(metrics['output-tokens']).toBeCloseTo(20_002 / 600, 10)
})

it('pods that end with sequences inside lose them, and their tokens count', () => {
  const rows = Array.from({ length: 50 }, (_, i): Row => [i * 20_001, 700, 100, [i % 3]])
  const one = service({
    threads: 0,
    replicas: 3,
    inference: spec,
    requests: script(rows),
    timeout: 900_000,
    hedge: { after: 5000, limit: 1, budget: 1, cancel: true, tied: false },
  })
  const { metrics } = simulate(input({ pools: [pool(3)], horizon: 60e6, services: [one], slb: choose(balancers, 'round-robin') }))
  expect(metrics['unfinished']).toBe(0)
  expect(metrics['output-tokens']).toBeGreaterThan(0)
})
