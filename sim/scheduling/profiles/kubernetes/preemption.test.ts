import { assert, constantFrom, integer, property, record, array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decided, node, pod } from './kubernetes.fixture.ts'
import type { KubeBudget, KubePod } from './objects.ts'

const small = (name: string): ReturnType<typeof node> => node(name, { allocatable: { cpu: 4000, memory: 1e9, pods: 10 } })
const running = (name: string, cpu: number, more: Partial<KubePod> = {}): KubePod => pod(name, { cpu }, { node: 'a', ...more })
const urgent = (cpu: number): KubePod => pod('p', { cpu }, { priority: 100 })
const victims = (pods: readonly KubePod[], cpu: number, pdbs: readonly KubeBudget[] = []): readonly string[] | undefined =>
  decided({ nodes: [small('a')], pods, pdbs }, urgent(cpu)).candidate?.victims.map(({ pod: { name } }) => name)

describe('victims on one node', () => {
  it('keeps the most important pods: of 2000m, 1000m and 1000m, a pod of 2000m evicts the one of priority 1, not those of 2', () => {
    const pods = [running('x', 2000, { priority: 1 }), running('y', 1000, { priority: 2 }), running('z', 1000, { priority: 2 })]
    expect(victims(pods, 2000)).toEqual(['x'])
  })

  it('evicts the one that started last among equals', () => {
    const pods = [running('late', 2000, { startTime: 20 }), running('early', 2000, { startTime: 10 })]
    expect(victims(pods, 2000)).toEqual(['late'])
  })

  it('evicts a pod whose budget is used up only if it must', () => {
    const labels = { app: 'x' }
    const budget: KubeBudget = { namespace: 'default', name: 'b', selector: { matchLabels: labels }, disruptionsAllowed: 0 }
    const pods = [running('guarded', 2000, { startTime: 20, labels }), running('free', 2000, { startTime: 10 })]
    expect(victims(pods, 2000, [budget])).toEqual(['free'])
    expect(victims(pods, 4000, [budget])).toEqual(['free', 'guarded'])
  })

  it('preemptionPolicy Never evicts nothing and is named', () => {
    const decision = decided({ nodes: [small('a')], pods: [running('x', 4000)] }, { ...urgent(2000), preemptionPolicy: 'Never' })
    expect(decision.preemption?.candidates).toEqual([])
    expect(decision.message).toContain('preemption: not eligible due to preemptionPolicy=Never.')
  })
})

describe('choice between nodes', () => {
  const choice = (a: Partial<KubePod>[], b: Partial<KubePod>[]): string | undefined => {
    const pods = [a, b].flatMap((list, n) =>
      list.map((more, i) => pod(`${n}-${i}`, { cpu: 4000 / list.length }, { ...more, node: n === 0 ? 'a' : 'b' })),
    )
    const { preemption } = decided({ nodes: [small('a'), small('b')], pods }, urgent(4000))
    return preemption?.best.map((one) => one.node.name).join(' ')
  }

  it('the lowest of the highest priorities', () => expect(choice([{ priority: 5 }], [{ priority: 4 }, { priority: 4 }])).toBe('b'))
  it('the lowest sum, where each victim adds 2^31: one of 5 before two of 5 and -1000', () =>
    expect(choice([{ priority: 5 }, { priority: -1000 }], [{ priority: 5 }])).toBe('b'))
  it('the latest start of the earliest among the most important', () =>
    expect(choice([{ startTime: 10 }, { startTime: 99 }], [{ startTime: 20 }, { startTime: 30 }])).toBe('b'))
  it('no criterion: both', () => expect(choice([{ startTime: 10 }], [{ startTime: 10 }])).toBe('a b'))
})

it('victims suffice, and none could stay beside the others that stay (random nodes)', () => {
  const one = record({ cpu: integer({ min: 1, max: 20 }), priority: constantFrom(1, 2, 200), startTime: integer({ min: 0, max: 3 }) })
  assert(
    property(array(one, { minLength: 1, maxLength: 8 }), integer({ min: 1, max: 40 }), (list, wanted) => {
      const pods = list.map(({ cpu, ...more }, i) => running(`x${i}`, cpu * 100, more))
      const { feasible, candidate } = decided({ nodes: [small('a')], pods }, urgent(wanted * 100))
      const used = (keep: (one: KubePod) => boolean): number =>
        pods.filter(keep).reduce((sum, { containers }) => sum + (containers[0].requests?.cpu ?? 0), 0)
      const gone = new Set(candidate?.victims.map(({ pod: { name } }) => name))
      const fits = (keep: (one: KubePod) => boolean): boolean => used(keep) + wanted * 100 <= 4000 && pods.filter(keep).length < 10
      expect(feasible.length === 1).toBe(fits(() => true))
      if (feasible.length === 1) return
      expect(candidate !== null).toBe(fits(({ priority }) => priority === 200))
      if (candidate === null) return
      expect(fits(({ name }) => !gone.has(name))).toBe(true)
      for (const name of gone) expect(fits((other) => !gone.has(other.name) || other.name === name)).toBe(false)
      expect(pods.filter(({ name, priority }) => gone.has(name) && priority === 200)).toEqual([])
    }),
    { seed: 1, numRuns: 300 },
  )
})
