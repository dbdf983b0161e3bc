import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MesosAllocator, type Offer } from './allocator.ts'
import type { Amounts } from './amounts.ts'
import { DrfSorter } from './sorter.ts'

const GIB = 1024 * 1024 * 1024
const SECOND = 1_000_000
const inOrder = (agents: readonly number[]): readonly number[] => agents

/** Gives one task after the other to the first client whose next task fits; returns the clients in the order of their tasks. */
function fill(sorter: DrfSorter, total: Amounts, demands: Readonly<Record<string, Amounts>>): string[] {
  const free: Record<string, number> = { ...total }
  const given: string[] = []
  for (;;) {
    const client = sorter.order().find((name) => Object.keys(free).every((resource) => demands[name][resource] <= free[resource]))
    if (client === undefined) return given
    for (const resource in free) free[resource] -= demands[client][resource]
    sorter.allocated(client, demands[client])
    given.push(client)
  }
}

describe('dominant resource fairness', () => {
  test("the paper's example, 9 CPU and 18 GB, <1, 4> and <3, 1>: order B, A, A, B, A, dominant shares 2/3 and 2/3", () => {
    const total = { cpu: 9, memory: 18 }
    const sorter = new DrfSorter()
    sorter.addTotal(total)
    // Equal shares go by name: the paper starts with B.
    const demands = { 'user-1B': { cpu: 3, memory: 1 }, 'user-2A': { cpu: 1, memory: 4 } }
    for (const name in demands) sorter.activate(name)
    expect(fill(sorter, total, demands).map((name) => name.at(-1))).toEqual(['B', 'A', 'A', 'B', 'A'])
    expect([sorter.share('user-2A'), sorter.share('user-1B')]).toEqual([12 / 18, 6 / 9])
  })

  test('weight 2 halves the share: of 12 tasks the client gets 8', () => {
    const sorter = new DrfSorter()
    sorter.addTotal({ cpu: 12 })
    for (const name of ['a', 'b']) sorter.activate(name)
    sorter.setWeight('b', 2)
    const given = fill(sorter, { cpu: 12 }, { a: { cpu: 1 }, b: { cpu: 1 } })
    expect(given.filter((name) => name === 'b').length).toBe(8)
    expect(() => sorter.setWeight('b', 0)).toThrow('accepted: a number above 0')
  })

  test('siblings are compared by their subtrees: a/x and a/y together are a, b comes before both', () => {
    const sorter = new DrfSorter()
    sorter.addTotal({ cpu: 10 })
    for (const path of ['a/x', 'a/y', 'b']) sorter.activate(path)
    sorter.allocated('a/x', { cpu: 3 })
    sorter.allocated('b', { cpu: 2 })
    expect(sorter.order()).toEqual(['b', 'a/y', 'a/x'])
    expect([sorter.share('a'), sorter.share('a/y')]).toEqual([0.3, 0])
    sorter.deactivate('a/y')
    expect(sorter.order()).toEqual(['b', 'a/x'])
  })

  test('equal shares: fewer allocations ever made, a counter that does not decrease; then the path', () => {
    const sorter = new DrfSorter()
    sorter.addTotal({ cpu: 10 })
    for (const path of ['b', 'a']) sorter.activate(path)
    expect(sorter.order()).toEqual(['a', 'b'])
    sorter.allocated('a', { cpu: 1 })
    sorter.released('a', { cpu: 1 })
    expect(sorter.order()).toEqual(['b', 'a'])
  })

  test('an excluded resource is no dominant share', () => {
    const sorter = new DrfSorter(['gpus'])
    sorter.addTotal({ cpu: 10, gpus: 1 })
    sorter.allocated('a', { cpu: 1, gpus: 1 })
    expect(sorter.share('a')).toBe(0.1)
  })
})

describe('offers', () => {
  function allocator(): MesosAllocator {
    const mesos = new MesosAllocator()
    mesos.addAgent(1, { cpu: 2000, memory: GIB })
    mesos.addAgent(2, { cpu: 1000, memory: GIB })
    mesos.addFramework('f1', 'role1')
    mesos.addFramework('f2', 'role2')
    return mesos
  }
  const text = (offers: readonly Offer[]): string[] =>
    offers.map(({ framework, agent, amounts }) => `${framework} ${agent} ${amounts['cpu']}`)

  test('the whole rest of an agent goes to one framework, the next agent to the other', () => {
    const mesos = allocator()
    expect(text(mesos.allocate(0, inOrder))).toEqual(['f1 1 2000', 'f2 2 1000'])
    expect([mesos.share('role1'), mesos.share('role2')]).toEqual([2 / 3, 1 / 2])
    expect(mesos.allocate(0, inOrder)).toEqual([])
  })

  test('what is not used is offered again; what is used is measured against all agents', () => {
    const mesos = allocator()
    const [first, second] = mesos.allocate(0, inOrder)
    mesos.accept(first, { cpu: 500, memory: 0 })
    mesos.accept(second, { cpu: 1000, memory: GIB })
    expect(text(mesos.allocate(0, inOrder))).toEqual(['f1 1 1500'])
    expect(() => mesos.accept(second, { cpu: 1001 })).toThrow('f2 uses 1001 of cpu on 2; offered: 1000')
  })

  test('a declined agent is offered to the other, to the one that declined after 5 s or when it revives', () => {
    const mesos = allocator()
    const [first, second] = mesos.allocate(0, inOrder)
    mesos.accept(second, second.amounts)
    mesos.decline(first, 0)
    const [other] = mesos.allocate(0, inOrder)
    expect(other.framework).toBe('f2')
    mesos.decline(other, SECOND)
    expect(text(mesos.allocate(4.9 * SECOND, inOrder))).toEqual([])
    expect(text(mesos.allocate(5 * SECOND, inOrder))).toEqual(['f1 1 2000'])
    const again = allocator()
    for (const offer of again.allocate(0, inOrder)) again.decline(offer, 0)
    for (const offer of again.allocate(0, inOrder)) again.decline(offer, 0)
    expect(again.allocate(SECOND, inOrder)).toEqual([])
    again.revive('f2')
    expect(text(again.allocate(SECOND, inOrder))).toEqual(['f2 1 2000', 'f2 2 1000'])
  })

  test('more than was declined is offered before the filter ends', () => {
    const mesos = new MesosAllocator()
    mesos.addAgent(1, { cpu: 2000, memory: GIB })
    mesos.addFramework('f', 'role')
    const [whole] = mesos.allocate(0, inOrder)
    mesos.accept(whole, { cpu: 1000, memory: 0 })
    const [rest] = mesos.allocate(0, inOrder)
    mesos.decline(rest, 0)
    expect(mesos.allocate(1, inOrder)).toEqual([])
    mesos.release('f', 1, { cpu: 1000, memory: 0 })
    expect(text(mesos.allocate(1, inOrder))).toEqual(['f 1 2000'])
  })

  test('less than 0.01 CPU and 32 MB is not offered; one of the two is enough', () => {
    const offered = (cpu: number, memory: number): number => {
      const mesos = new MesosAllocator()
      mesos.addAgent(1, { cpu, memory })
      mesos.addFramework('f', 'role')
      return mesos.allocate(0, inOrder).length
    }
    expect([offered(9, 33_554_431), offered(10, 0), offered(0, 33_554_432)]).toEqual([0, 1, 1])
    expect(() => allocator().revive('f9')).toThrow('framework "f9" is not known; accepted: f1, f2')
  })
})

test('progressive filling of equal tasks with one resource: shares differ by at most one task, and none that fits is left', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 40 }), (clients, total) => {
      const names = Array.from({ length: clients }, (_, i) => `c${i}`)
      const sorter = new DrfSorter()
      sorter.addTotal({ cpu: total })
      for (const name of names) sorter.activate(name)
      const given = fill(sorter, { cpu: total }, Object.fromEntries(names.map((name) => [name, { cpu: 1 }])))
      const counts = names.map((name) => given.filter((one) => one === name).length)
      expect(given.length).toBe(total)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    }),
  )
})

test('offers never exceed what agents have, keep limits, and leave unfulfilled guarantees free, whatever is accepted', () => {
  const amount = fc.integer({ min: 0, max: 8 })
  fc.assert(
    fc.property(
      fc.array(amount, { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'b/c'), amount, fc.boolean()), { maxLength: 20 }),
      amount,
      amount,
      (agents, answers, guarantee, limit) => {
        const mesos = new MesosAllocator()
        agents.forEach((cpu, agent) => mesos.addAgent(agent, { cpu: 1000 * cpu }))
        for (const role of ['a', 'b', 'b/c']) mesos.addFramework(`of ${role}`, role)
        mesos.setQuota('a', { guarantees: { cpu: 1000 * guarantee }, limits: { cpu: 1000 * Math.max(guarantee, limit) } })
        const total = 1000 * agents.reduce((sum, cpu) => sum + cpu, 0)
        const held: Record<string, number> = { a: 0, b: 0 }
        answers.forEach(([, used, declines], round) => {
          const before = { ...held }
          const offers = mesos.allocate(round * SECOND, inOrder)
          for (const { framework, amounts } of offers) held[framework === 'of a' ? 'a' : 'b'] += amounts['cpu'] ?? 0
          expect(held['a']).toBeLessThanOrEqual(Math.max(before['a'], 1000 * Math.max(guarantee, limit)))
          const missing = Math.max(0, 1000 * guarantee - held['a'])
          // The others never take what is missing, unless it was gone before.
          expect(held['b']).toBeLessThanOrEqual(Math.max(before['b'], total - held['a'] - missing))
          for (const offer of offers) {
            const cpu = Math.min(offer.amounts['cpu'] ?? 0, 1000 * used)
            if (declines) mesos.decline(offer, round * SECOND)
            else mesos.accept(offer, { cpu }, round * SECOND, SECOND)
            held[offer.framework === 'of a' ? 'a' : 'b'] -= (offer.amounts['cpu'] ?? 0) - (declines ? 0 : cpu)
          }
          expect(held['a'] + held['b']).toBeLessThanOrEqual(total)
          expect(mesos.share('a')).toBeCloseTo(total === 0 ? 0 : held['a'] / total, 12)
        })
      },
    ),
  )
})
