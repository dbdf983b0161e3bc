/** Engines of language models against queueing theory, in the two limits that it has. */
import { describe, expect, it } from 'vitest'
import { Streams } from '../../random/stream.ts'
import { simulate } from '../../simulation.ts'
import { input, service } from '../../testing/index.ts'
import { script, spec, type Row } from './inference.fixture.ts'
import type { Inference } from './spec.ts'

/** Poisson requests of one token, with answers of geometric length. */
function answers(rate: number, mean: number, of: Partial<Inference>) {
  const means = Array.from({ length: 8 }, (_, replication) => {
    const random = new Streams('inference', replication).stream('answers')
    let at = 0
    const rows = Array.from({ length: 12_000 }, (): Row => {
      at += (-Math.log(1 - random.next()) * 1e6) / rate
      return [Math.round(at), 1, Math.max(1, Math.ceil(Math.log(1 - random.next()) / Math.log(1 - 1 / mean)))]
    })
    const inference = { ...spec, context: 0, maxSequences: 10_000, maxTokens: 100_000, cache: 1e9, ...of }
    const last = rows[rows.length - 1][0]
    const one = service({ threads: 0, inference, requests: script(rows) })
    const { metrics } = simulate(input({ check: false, warmup: 0.1 * last, horizon: Math.ceil(last), services: [one] }))
    return metrics['latency-mean'] as number
  })
  const average = means.reduce((sum, x) => sum + x, 0) / means.length
  const variance = means.reduce((sum, x) => sum + (x - average) * (x - average), 0) / (means.length - 1)
  return { average, half: 5.408 * Math.sqrt(variance / means.length) } // t at 99.9 %, 7 degrees of freedom
}

describe('limits', () => {
  it('time by sequences alone is processor sharing: M/M/1-PS, W = E[S] / (1 - ρ) with 100 tokens of 1 ms and ρ = 0.5', () => {
    const { average, half } = answers(5, 100, { iteration: 0, prefill: 1e6, sequence: 1000 })
    // A request that arrives waits for the end of the iteration of n sequences: half of it on average, about 1 ms.
    expect(half / 200).toBeLessThan(0.08)
    expect(Math.abs(average - 100 / 0.5)).toBeLessThan(half + 1)
  })
  it('time by iterations alone is an infinite server: W = E[tokens] · 10 ms, and half an iteration until the next begins', () => {
    const { average, half } = answers(20, 100, { prefill: 0, sequence: 0 })
    expect(half / 1000).toBeLessThan(0.03)
    expect(Math.abs(average - 1005)).toBeLessThan(half)
  })
})
