/** The scheduler mesos through whole runs with all laws checked. */
import { describe, expect, it, test } from 'vitest'
import type { ParameterValue } from '../../common/define.ts'
import { Simulation } from '../../simulation.ts'
import { choose, coming, input, pool, shape, type FlatInput } from '../../testing/input.ts'
import { schedulers } from '../index.ts'
import { mesos } from './mesos.ts'

const SECOND = 1e6
const ENDLESS = 1e9

type Row = readonly [at: number, shape: ReturnType<typeof shape>, duration: number]

/** Pods of one core each of a tenant, which arrive at a time [ms]. */
const pods = (tenant: string, count: number, cpu = 1000, at = 0): Row[] =>
  Array.from({ length: count }, (): Row => [at, shape({ cpu, memory: 1, ...(tenant === '' ? {} : { tenant }) }), ENDLESS])

type Values = Record<string, ParameterValue>

function run(given: Values, rows: readonly Row[], partial: Partial<FlatInput> = {}) {
  const base = input({
    horizon: 30 * SECOND,
    sample: 15 * SECOND,
    pools: [pool(40, { cpu: 1000, memory: 1000 })],
    background: [coming([...rows].sort(([a], [b]) => a - b))],
    ...partial,
  })
  const simulation = new Simulation({ ...base, choices: { ...base.choices, scheduling: choose(schedulers, 'mesos', given) } })
  const result = simulation.run()
  const { view } = simulation.parts.cluster
  const bound = (tenant: string): number[] =>
    Array.from({ length: view.pods.count }, (_, pod) => pod)
      .filter((pod) => view.pods.node[pod] !== -1 && view.classes.tenants[view.classes.tenant[view.pods.podClass[pod]]] === tenant)
      .map((pod) => view.pods.bound[pod] / SECOND)
  return { ...result, view, bound, count: (tenant: string) => bound(tenant).length }
}

/** A list parameter with the defaults of its keys. */
const listed = (key: 'roles' | 'frameworks', entries: readonly Record<string, unknown>[]): Values => ({
  [key]: entries.map((entry) => ({
    ...Object.fromEntries(
      Object.entries(mesos.parameters[key].of).map(([name, one]) => [name, (one as { readonly default?: unknown }).default]),
    ),
    ...entry,
  })) as never,
})

describe('shares of 40 agents of one core, with more pods than fit', () => {
  const both = [...pods('a', 60), ...pods('b', 60)]
  it('weights 1 and 3: 10 and 30', () => {
    const { count, series } = run(listed('roles', [{ role: 'a' }, { role: 'b', weight: 3 }]), both)
    expect([count('a'), count('b')]).toEqual([10, 30])
    const shareOf = (name: string) => series.columns.find((column) => column.name === name)?.values[0]
    expect(shareOf('share-a')).toBe(25)
    expect(shareOf('share-b')).toBe(75)
  })

  it('a hierarchy: prod with web and batch against lab, which gets as much as both', () => {
    const roles = listed('roles', [{ role: 'prod' }, { role: 'web', parent: 'prod' }, { role: 'batch', parent: 'prod' }])
    const { count } = run(roles, [...pods('web', 60), ...pods('batch', 60), ...pods('lab', 60)])
    expect([count('web'), count('batch'), count('lab')]).toEqual([10, 10, 20])
  })

  it('a limit of 8 cores holds, the rest goes to the other', () => {
    const { count } = run(listed('roles', [{ role: 'a', limitCpu: 8000 }]), both)
    expect([count('a'), count('b')]).toEqual([8, 32])
  })

  it('a guarantee of 10 cores is kept free for a role without pods, and used when they come', () => {
    const roles = listed('roles', [{ role: 'late', guaranteeCpu: 10_000 }])
    const late = [...pods('a', 60), ...pods('late', 20, 1000, 10_000)]
    const { count, bound } = run(roles, late)
    expect([count('a'), count('late')]).toEqual([30, 10])
    expect(bound('late')).toEqual(Array(10).fill(10))
    expect(run({}, late).count('late')).toBe(0)
  })
})

describe('offers', () => {
  // The pods of a need two cores, which no agent has.
  const picky = [...pods('a', 1, 2000), ...pods('b', 1, 1000, 1)]
  it('what a framework declined is not offered to it again for refuse_seconds: without, the one with the smaller share starves the other', () => {
    const rows = [...pods('b', 1), ...pods('a', 1, 2000, 500), ...pods('b', 1, 1000, 1000)]
    const agents = { pools: [pool(2, { cpu: 1000, memory: 1000 })] }
    const { bound, metrics } = run({}, rows, agents)
    expect(bound('b')).toEqual([0, 1])
    expect(metrics['offers-rescinded']).toBe(0)
    const starved = run({ refuse: 0 }, rows, agents)
    expect(starved.bound('b')).toEqual([0])
    // Of the free agent every second.
    expect(starved.metrics['offers']).toBeCloseTo(1, 0)
    // Of 34 offers only the one for the first pod is used.
    expect(starved.metrics['offers-declined']).toBeCloseTo((100 * 33) / 34, 10)
  })

  it('a framework that answers after 10 s holds all agents until then, unless offers are rescinded before', () => {
    const slow = listed('frameworks', [{ tenant: 'a', answer: 10 * SECOND }])
    expect(run(slow, picky).bound('b')).toEqual([10])
    const rescinded = run({ ...slow, timeout: 2 * SECOND }, picky)
    expect(rescinded.bound('b')).toEqual([2])
    expect(rescinded.metrics['offers-rescinded']).toBeGreaterThan(0)
  })

  it('resources that become free are offered at the next period', () => {
    const first: Row[] = [[0, shape({ cpu: 1000, memory: 1 }), 1500], ...pods('', 1, 1000, 1000)]
    const one = { pools: [pool(1, { cpu: 1000, memory: 1000 })] }
    expect(run({}, first, one).bound('')).toEqual([2])
    expect(run({ interval: 5 * SECOND }, first, one).bound('')).toEqual([5])
  })

  it('more than was declined is offered within the filter', () => {
    // Half of the agent is declined for 5 s; at 1.5 s the other half is free, too.
    const rows: Row[] = [[0, shape({ cpu: 500, memory: 1 }), 1500], ...pods('', 1, 1000, 500)]
    expect(run({}, rows, { pools: [pool(1, { cpu: 1000, memory: 1000 })] }).bound('')).toEqual([2])
  })
})

test('choosers: on agents of 8 and 4 cores the first pod of 1 core goes to 8 (7/8 free) with spread, to 4 (3/4 free) with binpack', () => {
  const on = (chooser: string): number[] => {
    const pools = [pool(1, { cpu: 8000, memory: 8000 }), pool(1, { cpu: 4000, memory: 4000 }, { name: 'small' })]
    const { view } = run({ chooser }, pods('', 4), { pools })
    return [...view.nodes.podCount.slice(0, 2)]
  }
  expect(on('binpack')).toEqual([0, 4])
  expect(on('spread')).toEqual([3, 1])
  expect([0, 4]).toContain(on('first-fit')[0])
})

test.each<readonly [string, Values, string]>([
  ['a role twice', listed('roles', [{ role: 'a' }, { role: 'a' }]), 'found the role a a second time'],
  ['no such parent', listed('roles', [{ role: 'a', parent: 'b' }]), 'found the parent b; accepted: none, a'],
  [
    'a circle',
    listed('roles', [
      { role: 'a', parent: 'b' },
      { role: 'b', parent: 'a' },
    ]),
    'found the role a above itself',
  ],
  ['quota of a child', listed('roles', [{ role: 'a' }, { role: 'b', parent: 'a', limitCpu: 1 }]), 'found a quota of b, which has a parent'],
  ['a guarantee above the limit', listed('roles', [{ role: 'a', guaranteeCpu: 2, limitCpu: 1 }]), 'found more than limitCpu'],
  ['no such role', listed('frameworks', [{ tenant: 'a', role: 'x' }]), 'found the role x; accepted: tenant'],
  ['a timeout that decides nothing', { timeout: 1 }, 'found a timeout within which every framework answers'],
])('wrong values: %s', (_, given, message) => {
  const values = { ...Object.fromEntries(Object.entries(mesos.parameters).map(([key, one]) => [key, one.default])), ...given }
  expect(mesos.problems!(values as never)[0]?.message).toContain(message)
})
