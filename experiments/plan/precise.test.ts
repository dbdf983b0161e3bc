import { describe, expect, it } from 'vitest'
import type { RunResult } from '../../sim/index.ts'
import { parseSource } from '../file/document.ts'
import { execute, type Executor } from '../run/execute.ts'
import { planOf, type Plan } from './plan.ts'
import { shortOfGoal } from './precise.ts'
import { selectedText } from './select.ts'
import { plannerOf, selects } from './waves.ts'
import { resolveSource } from '../file/spec.ts'

async function planned(replications: string): Promise<Plan> {
  const read = parseSource(
    'x.yaml',
    `name: x
replications: ${replications}
primary: latency-mean
cluster: { pools: [{ name: p, count: 1, cpu: 4, memory: 8Gi }] }
workload: { services: [{ name: web, cpu: 1, memory: 1Gi, traffic: { rate: 20/s }, work: { cpu: 4ms } }] }
compare: { slb: [random, two-choices] }
`,
  )
  const resolved = 'problems' in read ? read : await resolveSource(read.source)
  if ('problems' in resolved) throw new Error(resolved.problems.map(({ path, message }) => `${path} ${message}`).join('; '))
  return planOf(resolved.experiment, '1')
}

const result = (latency: number | null): RunResult => ({
  metrics: { 'latency-mean': latency },
  refused: {},
  latency: { buckets: new Int32Array(0), counts: new Float64Array(0), sum: 0 },
  latencyByService: {},
  series: { rows: 0, columns: [] },
  events: 1,
  notes: [],
})

/** The metric is 100 give or take `spread`, alternating; the second variant is twice the first. Late answers come first. */
function machine(spread: number, jitter: number): Executor {
  return {
    async run({ scenario, replication }) {
      await new Promise((done) => setTimeout(done, ((replication * 7919) % 5) * jitter))
      const value = 100 + (replication % 2 === 0 ? spread : -spread)
      return { result: result(scenario.choices.slb.name === 'random' ? value : 2 * value), seconds: 0 }
    },
    close: () => Promise.resolve(),
  }
}

async function made(plan: Plan, spread: number, jitter = 0): Promise<{ asked: number; short: string; order: string[] }> {
  const execution = await execute(plan, plannerOf(plan), machine(spread, jitter), new AbortController().signal)
  const asked = Math.max(...execution.asked.map(({ replication }) => replication)) + 1
  const { until } = plan
  return {
    asked,
    short: until === null || selects(until) ? '' : shortOfGoal(plan, until, execution.finished, asked),
    order: execution.finished.map(({ run }) => `${run.variant}.${run.replication}`),
  }
}

describe('replications until precise', () => {
  // Alternating ±s around 100 has sd s √(n/(n-1)); half-width t(n-1) s / √(n-1): n = 4: 3.182 s / 1.732, n = 10: 2.262 s / 3, n = 20: 2.093 s / 4.359.
  it.each([
    ['stops after the first wave when that is enough: 2.262 * 6 / 3 = 4.5 % of 100', '{ relative: 5% }', 6, 10],
    ['adds waves: 2.262 * 9 / 3 = 6.8 %, 2.093 * 9 / 4.359 = 4.3 %', '{ relative: 5% }', 9, 20],
    ['of the required size', '{ relative: 5%, first: 4, wave: 3 }', 5, 7], // n = 4: 9.2 %; n = 7 (4 and 3): mean 100.7, sd 5.35, t 2.447: 4.9 %
    ['up to the cap', '{ relative: 1%, most: 25 }', 30, 25],
  ])('%s', async (_, rule, spread, expected) => {
    const plan = await planned(rule)
    const { asked, short } = await made(plan, spread)
    expect(asked).toBe(expected)
    expect(short === '').toBe(expected !== 25)
  })

  it('has a note about the variant and the precision that was reached', async () => {
    const { short } = await made(await planned('{ relative: 1%, most: 25 }'), 30)
    expect(short).toMatch(
      /^the required precision is not reached: half of the 95 % interval of latency-mean is 1\d % for random, 1 % is required, after 25 replications \(the cap is 25\)$/,
    )
  })

  it('an absolute rule is in the unit of the metric: the variant of twice the values, 200 ± 12, has 2.093 * 12 / 4.359 = 5.8 at 20, 2.045 * 12 / 5.385 = 4.6 at 30', async () => {
    expect((await made(await planned('{ absolute: 5 }'), 6)).asked).toBe(30)
  })

  it('does not depend on the order of results, which are in the order of the plan', async () => {
    const plan = await planned('{ relative: 5%, first: 4, wave: 3 }')
    const [a, b] = [await made(plan, 5, 0), await made(plan, 5, 3)]
    expect(a).toEqual(b)
    expect(a.order.slice(0, 8)).toEqual(['0.0', '0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '1.0'])
  })

  it('a number is one wave', async () => {
    expect((await made(await planned('3'), 50)).asked).toBe(3)
  })

  it.each([
    ['{ most: 20 }', 'found neither relative nor absolute; accepted: one of the two'],
    ['{ relative: 5%, absolute: 1 }', 'found both relative and absolute; accepted: one of the two'],
    ['{ relative: 5%, first: 30, most: 20 }', 'found 20; accepted: at least first, 30'],
    ['{ relative: 5%, wave: 0 }', 'found 0; accepted: a whole number between 1 and 10000'],
    ['ten', 'found "ten"; accepted: a whole number between 1 and 100000'],
  ])('%s is refused', async (rule, message) => {
    await expect(planned(rule)).rejects.toThrow(message)
  })
})

describe('replications until the best variant is selected', () => {
  const selected = async (rule: string, spread: number): Promise<{ requested: number[]; text: string[] }> => {
    const plan = await planned(rule)
    const execution = await execute(plan, plannerOf(plan), machine(spread, 1), new AbortController().signal)
    const requested = plan.variants.map((_, i) => execution.asked.filter(({ variant }) => variant === i).length)
    const { until } = plan
    if (!selects(until)) throw new Error('no selection')
    return { requested, text: selectedText(plan, until, execution.finished, requested) }
  }

  it('stops at once where the difference is clear: 100 against 200, alternating by 6', async () => {
    expect(await selected('{ select: kim-nelson, relative: 5% }', 6)).toEqual({
      requested: [10, 10],
      text: [
        'Selected: random has the lowest mean latency of 2 variants with a probability of at least 95 % where differences below 5.00 ms do not matter (Kim and Nelson 2001); 20 of at most 400 runs',
        'eliminated, with the replications that it took: two-choices (10)',
      ],
    })
  })

  // Differences are 100 + 60 and 100 - 60 in turn: S² = 60² · 10 / 9 = 4000; out when the mean is above 6.013 · 4000 / (2 · 5 · r) - 2.5:
  // at 22 100 < 106.8, at 23 102.6 > 102.1.
  it('goes on as long as it takes: 23 replications for differences of 100 with a variance of 4000 and a zone of 5', async () => {
    const { text, requested } = await selected('{ select: kim-nelson, absolute: 5, wave: 1 }', 60)
    expect(requested).toEqual([23, 23])
    expect(text[1]).toBe('eliminated, with the replications that it took: two-choices (23)')
  })

  it('says that the cap was reached, and what is left', async () => {
    expect((await selected('{ select: kim-nelson, absolute: 0.1, most: 20 }', 60)).text).toEqual([
      'No variant is selected: random; two-choices cannot be told apart at 95 % after 20 replications (the cap is 20); random has the lowest mean of mean latency',
    ])
  })

  it('OCBA gives the runs of a wave to those that need them', async () => {
    const { text, requested } = await selected('{ select: ocba, relative: 1%, confidence: 99.9%, wave: 4 }', 100)
    expect(requested[1]).toBeGreaterThan(requested[0])
    expect(text[0]).toMatch(
      /with an estimated probability of 99\.\d+ % where differences below 1\.00 ms do not matter \(OCBA, Chen et al\. 2000\)/,
    )
  })

  it.each([
    ['{ select: best, relative: 5% }', 'found "best"; accepted: kim-nelson, ocba'],
    ['{ select: ocba }', 'found neither relative nor absolute; accepted: one of the two'],
    ['{ select: ocba, relative: 5%, confidence: 40% }', 'found "40%"; accepted: '],
  ])('%s is refused', async (rule, message) => {
    await expect(planned(rule)).rejects.toThrow(message)
  })
})
