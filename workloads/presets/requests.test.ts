import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { distribution, type DistributionSpec, normalCdf, pow } from '../../sim/random/index.ts'
import { openRequests, trafficPresets, workOf, workPresets } from '../index.ts'
import { streams } from '../streams.fixture.ts'
import { kolmogorov, KOLMOGOROV_99, student } from '../synthetic/theory.fixture.ts'
import { meanLength } from '../synthetic/trains.ts'

const near = (found: number, expected: number, relative: number): void => {
  expect(Math.abs(found - expected), `${found} against ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected))
}
const work = (name: string) => {
  const preset = workPresets.find((one) => one.name === name)
  if (preset === undefined) throw new Error(name)
  return preset
}
const traffic = (name: string) => {
  const preset = trafficPresets.find((one) => one.name === name)
  if (preset === undefined) throw new Error(name)
  return preset
}

describe('what is published', () => {
  test('SURGE: body ln N(9.357, 1.318²) bytes, tail Pareto 1.1 from 133 KB; 93 % of files lie below it, mean by hand, variance infinite', () => {
    const law = distribution(work('web-surge').cpu.law)
    near(law.cdf(133_000 / 1024), 0.93, 1e-9)
    const body = 0.93 / normalCdf((Math.log(133_000) - 9.357) / 1.318)
    // 133 KB × 1.1 / 0.1 in the tail.
    const mean = body * Math.exp(9.357 + (1.318 * 1.318) / 2) + (1 - body) * 133_000 * 11
    near(law.mean * 1024, mean, 1e-9)
    expect(law.variance).toBe(Infinity)
    // Far out only the tail is left: P(X > 10 MB) = its share × (0.133 / 10)^1.1, and of the body less than a millionth.
    near(law.survival(10e6 / 1024), (1 - body) * pow(0.0133, 1.1), 1e-3)
  })

  test('SPECweb: 35, 50, 14 and 1 % of files up to 922, 9,216, 92,160 and 921,600 bytes; mean Σ share × five steps of the class', () => {
    const law = distribution(work('web-specweb99').cpu.law)
    ;[
      [922, 0.35],
      [9216, 0.85],
      [92_160, 0.99],
      [921_600, 1],
    ].forEach(([bytes, share]) => near(law.cdf(bytes / 1024 + 1e-9), share, 1e-12))
    // The smallest of each class: 102, 1,024, 10,240 and 102,400 bytes.
    ;[
      [102.4, 0.35 / 9],
      [1024, 0.35 + 0.5 / 9],
      [10_240, 0.85 + 0.14 / 9],
      [102_400, 0.99 + 0.01 / 9],
    ].forEach(([bytes, share]) => near(law.cdf(bytes / 1024 + 1e-9), share, 1e-12))
    near(law.mean, 5 * (0.35 * 0.1 + 0.5 * 1 + 0.14 * 10 + 0.01 * 100), 1e-12)
  })

  test('LLM: mean and C² of prompts and outputs, rank correlation of the chat', () => {
    for (const [name, prompt, promptC2, output, outputC2] of [
      ['llm-chat', 1155, 0.922, 211, 0.595],
      ['llm-code', 2048, 0.92, 28, 4.6],
    ] as const) {
      const { cpu, wait } = work(name)
      const laws = [cpu.law, wait?.law ?? cpu.law].map(distribution)
      const moments = laws.flatMap((law) => [law.mean, law.variance / (law.mean * law.mean)])
      ;[prompt, promptC2, output, outputC2].forEach((expected, i) => near(moments[i], expected, 1e-9))
    }
    expect(work('llm-chat').correlation).toBe(0.073)
  })

  test('Azure Functions: log-mean -0.38, log-deviation 2.36: half below e^-0.38 = 0.684 s, mean e^(-0.38 + 2.36²/2), C² e^(2.36²) - 1', () => {
    const law = distribution(work('functions-azure').cpu.law)
    near(law.quantile(0.5), Math.exp(-0.38), 1e-9)
    near(law.mean, Math.exp(-0.38 + (2.36 * 2.36) / 2), 1e-9)
    near(law.variance / (law.mean * law.mean), Math.exp(2.36 * 2.36) - 1, 1e-9)
    // The digest says: half below 1 s (it is 56 %).
    expect(law.cdf(1)).toBeGreaterThan(0.5)
  })

  test('SURGE pages: objects Pareto 2.43 from 1, whole ones: mean 1 + Σ (n - 1/2)^-2.43 from 2 on; think times of mean 3 s', () => {
    const pages = traffic('web-pages').traffic(100)
    if (pages.pattern === 'closed-loop' || pages.trains === undefined) throw new Error('no trains')
    let mean = 1
    for (let n = 2; n <= 10_000; n++) mean += pow(n - 0.5, -2.43)
    near(meanLength(pages.trains.size), mean, 1e-12)
    const users = traffic('web-users').traffic(7)
    if (users.pattern !== 'closed-loop') throw new Error('not closed')
    expect([users.clients, distribution(users.think).mean]).toEqual([7, 3e6])
  })

  test('bursty: the two modes mean the rate; LLM gaps have C² 1.2 and 173', () => {
    const bursty = traffic('web-bursty').traffic(100)
    if (bursty.pattern !== 'mmpp') throw new Error('no modes')
    const total = bursty.modes.reduce((sum, { dwell }) => sum + dwell, 0)
    near(bursty.modes.reduce((sum, { factor, dwell }) => sum + factor * dwell, 0) / total, 1, 1e-12)
    near(bursty.modes[0].dwell / total, 0.1, 1e-12)
    for (const [name, c2] of [
      ['llm-chat', 1.2],
      ['llm-code', 173],
    ] as const) {
      const chat = traffic(name).traffic(1)
      if (chat.pattern !== 'renewal') throw new Error('no gaps')
      const law = distribution(chat.gaps)
      near(law.variance / (law.mean * law.mean), c2, 1e-9)
    }
  })
})

test('the README has a row for each preset, with its figures', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const author = (source: string): string => source.replace('Standard Performance Evaluation Corporation', 'SPEC').split(' ')[0]
  for (const { name, cpu, source } of workPresets) {
    const law = distribution(cpu.law)
    const row = readme
      .split('\n')
      .find((line) => line.startsWith(`| \`${name}\` | ${cpu.unit} |`))
      ?.split(' | ')
    if (row === undefined) throw new Error(`no row for ${name}`)
    near(Number(row[2]), law.mean, 0.005)
    if (row[3] === '∞') expect(law.variance).toBe(Infinity)
    else near(Number(row[3]), law.variance / (law.mean * law.mean), 0.005)
    expect(row[4]).toContain(author(source))
  }
  for (const { name, rate, traffic, source } of trafficPresets)
    expect(readme).toContain(`| \`${name}\` | ${traffic(rate).pattern} | ${rate} | ${author(source)}`)
  const named = [...readme.matchAll(/^\| `([\w-]+)` \| [\w -]+ \| [\d.]+ \| /gm)].map(([, name]) => name)
  expect(named).toEqual([...workPresets, ...trafficPresets].map(({ name }) => name))
})

const constant = (value: number): DistributionSpec => ({ kind: 'constant', value })

describe.each(workPresets.map((preset) => [preset.name, preset] as const))('%s', (_, preset) => {
  test('says where it is from and what is in doubt', () => {
    expect(preset.source).toMatch(/\d{4}/)
    expect([preset.summary.length > 20, preset.cpu.unit.length > 0]).toEqual([true, true])
  })

  test('drawn work follows the law, scaled (KS at 1 %), and so does the wait', () => {
    const spec = workOf(preset)
    const source = openRequests({ pattern: 'poisson', rate: 1 }, spec, streams(preset.name))
    const drawn = Array.from({ length: 8000 }, () => {
      source.next()
      return { work: source.work, wait: source.wait }
    })
    // Whole microseconds: compare in the middle of the step; a list of values has steps of its own, where KS is on the safe side.
    const law = distribution(preset.cpu.law)
    const discrete = preset.cpu.law.kind === 'empirical'
    if (!discrete)
      expect(
        kolmogorov(
          drawn.map(({ work }) => work),
          (x) => law.cdf((x + 0.25) / preset.cpu.perUnit),
        ),
      ).toBeLessThan(KOLMOGOROV_99)
    else {
      for (const x of [1, 8, 60, 500]) {
        const share = drawn.filter(({ work }) => work <= x * preset.cpu.perUnit).length / 8000
        expect(Math.abs(share - law.cdf(x))).toBeLessThan(2.6 * Math.sqrt((law.cdf(x) * (1 - law.cdf(x))) / 8000))
      }
    }
    const { wait } = preset
    if (wait === null) expect(drawn.every((one) => one.wait === 0)).toBe(true)
    else
      expect(
        kolmogorov(
          drawn.map((one) => one.wait),
          (x) => distribution(wait.law).cdf(x / wait.perUnit),
        ),
      ).toBeLessThan(KOLMOGOROV_99)
  })

  test('costs can be set: per unit, or the mean of the work', () => {
    near(distribution(workOf(preset, { cpuPerUnit: 7 }).cpu).mean, 7 * distribution(preset.cpu.law).mean, 1e-9)
    near(distribution(workOf(preset, { cpuMean: 8000 }).cpu).mean, 8000, 1e-9)
    expect(workOf(preset, { waitPerUnit: 0 }).wait).toEqual(constant(0))
    if (preset.wait !== null) near(distribution(workOf(preset, { waitPerUnit: 3 }).wait).mean, 3 * distribution(preset.wait.law).mean, 1e-9)
  })
})

describe.each(trafficPresets.map((preset) => [preset.name, preset] as const))('%s', (name, preset) => {
  test('comes at its rate: 60 runs of whole units of its own time (t at 1 %), but for the closed loop, whose rate is an answer', () => {
    const rate = name.startsWith('llm') ? 5 : 2
    const spec = preset.traffic(rate)
    if (spec.pattern === 'closed-loop') return
    // A week in a thousandth of its time; the others as they are.
    const quick = spec.pattern === 'weekly' ? { ...spec, day: spec.day / 1000 } : spec
    const seconds = spec.pattern === 'weekly' ? (7 * 86_400) / 1000 : name === 'web-pages' ? 20_000 : 1200
    const counts = Array.from({ length: 60 }, (_, run) => {
      const source = openRequests(quick, { wait: constant(0), cpu: constant(1) }, streams(`${name} ${run}`))
      let count = 0
      while (source.next() < seconds * 1e6) count++
      return count
    })
    expect(Math.abs(student(counts, seconds * rate))).toBeLessThan(2.6)
  })
})
