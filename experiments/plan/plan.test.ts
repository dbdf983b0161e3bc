import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combinations } from '../file/compare.ts'
import { parseSource } from '../file/document.ts'
import { canonical, oneWave, planOf, type Plan } from './plan.ts'
import { resolveSource } from '../file/spec.ts'

const YAML = `name: small
replications: 2
cluster:
  pools:
    - { name: general, count: 4, cpu: 4, memory: 8Gi }
workload:
  services:
    - { name: web, cpu: 500m, memory: 1Gi, traffic: { rate: 8/s }, work: { cpu: 4ms } }
compare:
  scheduling: [first-fit, best-fit]
  slb: [random, two-choices, round-robin]
`

async function planned(yaml: string, set: readonly string[] = [], version = '1.0.0'): Promise<Plan> {
  const read = parseSource('x.yaml', yaml)
  if ('problems' in read) throw new Error('not YAML')
  const resolved = await resolveSource(read.source, { set })
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems))
  return planOf(resolved.experiment, version)
}

describe('a plan', () => {
  it('is the product of the axes, the last one fastest, the first variant as baseline', async () => {
    const plan = await planned(YAML)
    expect(plan.variants.map(({ label }) => label)).toEqual([
      'first-fit · random',
      'first-fit · two-choices',
      'first-fit · round-robin',
      'best-fit · random',
      'best-fit · two-choices',
      'best-fit · round-robin',
    ])
    expect(plan.runs.map(({ variant, replication }) => [variant, replication])).toEqual(
      [0, 1, 2, 3, 4, 5].flatMap((v) => [
        [v, 0],
        [v, 1],
      ]),
    )
    expect(plan.variants[4].scenario).toMatchObject({ choices: { scheduling: { name: 'best-fit' }, slb: { name: 'two-choices' } } })
  })

  it('is plain data', async () => {
    const plan = await planned(YAML)
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  })

  it('without axes has one variant', async () => {
    const plan = await planned(YAML.slice(0, YAML.indexOf('compare')))
    expect(plan.variants.map(({ label }) => label)).toEqual(['all runs'])
  })

  it('is executed in one wave', async () => {
    const plan = await planned(YAML)
    const planner = oneWave(plan)
    expect(planner.next([])).toEqual(plan.runs)
    expect(planner.next([])).toEqual([])
  })
})

describe('the id of a run', () => {
  const ids = async (...given: Parameters<typeof planned>): Promise<string[]> => (await planned(...given)).runs.map(({ id }) => id)

  it('is unique', async () => {
    const all = await ids(YAML)
    expect(new Set(all).size).toBe(all.length)
  })

  it('does not depend on the position in the plan, names, questions, checks or notations of equal amounts', async () => {
    const all = await ids(YAML)
    expect(await ids(YAML.replace('name: small', 'name: other\nquestion: why'))).toEqual(all)
    expect(await ids(YAML, ['check=true'])).toEqual(all)
    expect(await ids(YAML.replace('cpu: 500m', 'cpu: 0.5'))).toEqual(all)
    expect(await ids(YAML.replace('[first-fit, best-fit]', '[best-fit]'))).toEqual(all.slice(6))
  })

  it.each([
    ['seed', ['seed=2']],
    ['horizon', ['horizon=16m']],
    ['a rate', ['workload.services.web.traffic.rate=9/s']],
    ['a delay', ['delays.scrape=5s']],
  ])('changes with %s', async (_, set) => {
    const all = await ids(YAML)
    for (const id of await ids(YAML, set)) expect(all).not.toContain(id)
  })

  it('changes with the version of the engine', async () => {
    expect(await ids(YAML, [], '1.0.1')).not.toEqual(await ids(YAML))
  })
})

describe('the product of axes (property)', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 })

  it('has as many combinations as the sizes multiply to, all different, in lexicographic order', () => {
    fc.assert(
      fc.property(sizes, (given) => {
        const all = combinations(given)
        expect(all).toHaveLength(given.reduce((product, size) => product * size, 1))
        const texts = all.map((choice) => choice.join(','))
        expect(new Set(texts).size).toBe(all.length)
        expect([...texts].sort()).toEqual(texts)
        for (const choice of all) choice.forEach((value, axis) => expect(value).toBeLessThan(given[axis]))
      }),
      { seed: 1 },
    )
  })

  it('has every combination of values once', () => {
    fc.assert(
      fc.property(
        sizes.filter((given) => given.length > 0),
        (given) => {
          const all = combinations(given)
          given.forEach((size, axis) => {
            for (let value = 0; value < size; value++)
              expect(all.filter((choice) => choice[axis] === value)).toHaveLength(all.length / size)
          })
        },
      ),
      { seed: 1 },
    )
  })
})

describe('canonical text', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonical(turned)).toBe(canonical(value))
      }),
      { seed: 1 },
    )
  })

  it('differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        if (canonical(a) === canonical(b)) expect(JSON.parse(canonical(a))).toEqual(JSON.parse(canonical(b)))
      }),
      { seed: 1 },
    )
  })
})
