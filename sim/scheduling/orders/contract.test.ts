import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../common/define.ts'
import { clusterOf } from '../../testing/cluster.ts'
import { NONE } from '../../cluster/views.ts'
import { PendingQueue } from '../queue/queue.ts'
import { adoptOrder, orderMembers, orders } from './index.ts'
import { slowCases } from '../../testing/index.ts'

describe.each(orderMembers.map((member) => ({ name: member.name, member })))('the contract of orders: $name', ({ member }) => {
  const queueOf = () => new PendingQueue(member.create(valuesOf(member.parameters), undefined))

  test('after any sequence of adds and removes, each remaining pod is the head once', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ row: fc.nat(40), cpu: fc.nat(3), time: fc.nat(5) }), { maxLength: 120 }), (moves) => {
        const { cluster } = clusterOf().node().build()
        const queue = queueOf()
        const here = new Set<number>()
        const pods = Array.from({ length: 41 }, (_, i) => {
          const { cpu = 0, time = 0 } = moves[i] ?? {}
          return cluster.createPod(
            { ...clusterShape, cpu, tenant: `t${cpu}` },
            NONE,
            0,
            time === 0 ? Infinity : time,
            time === 1 ? Infinity : time,
          )
        })
        for (const { row } of moves) {
          const pod = pods[row]
          if (here.delete(pod)) queue.remove(pod)
          else {
            here.add(pod)
            queue.add(pod, cluster.view)
          }
          expect(queue.size).toBe(here.size)
        }
        while (here.size > 0) {
          const pod = queue.head(cluster.view)
          expect(here.delete(pod)).toBe(true)
          queue.remove(pod)
        }
        expect(queue.head(cluster.view)).toBe(NONE)
      }),
      { numRuns: 100 },
    )
  })

  test('equal pods are served in the order of creation, in whatever order they join', () => {
    const { cluster, pods } = clusterOf().node().pods(50).build()
    const queue = queueOf()
    for (let i = 0; i < 50; i++) queue.add(pods[(i * 21) % 50], cluster.view)
    for (const pod of pods) {
      expect(queue.head(cluster.view)).toBe(pod)
      queue.remove(pod)
    }
  })

  test('two orders share no state', () => {
    const first = queueOf()
    const second = queueOf()
    const { cluster, pods } = clusterOf().node().pods(2).build()
    first.add(pods[1], cluster.view)
    second.add(pods[0], cluster.view)
    expect([first.head(cluster.view), second.head(cluster.view)]).toEqual([pods[1], pods[0]])
  })

  test('it has a twin and a source', () => {
    expect(member.twin).toBeTypeOf('function')
    expect(member.source.length).toBeGreaterThan(10)
  })
})

const clusterShape = {
  cpu: 1000,
  memory: 1,
  limit: 0,
  gpus: 0,
  gpuMilli: 0,
  gpuModels: [],
  usage: 0,
  resources: {},
  labels: {},
  nodeSelector: {},
  tolerations: [],
  priority: 0,
}

test('the list holds every file in members/, under its name', () => {
  const files = readdirSync(new URL('./members/', import.meta.url)).filter((file) => !file.endsWith('.test.ts'))
  expect(orders.all.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort())
})

test('the table of members in the README equals the list', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (\w+) \|/gm)].map(([, name, fidelity]) => ({ name, fidelity }))
  expect(rows).toEqual(orders.all.map(({ name, fidelity }) => ({ name, fidelity })))
})

describe("a user's own order", () => {
  const adopted = (exported: unknown) => {
    const result = adoptOrder(exported)
    if ('problems' in result) throw new Error(result.problems.join('; '))
    return result.definition
  }

  test('the smallest rank is first; rank receives the parameter values', () => {
    const definition = adopted({
      name: 'smallest',
      parameters: { sign: 1 },
      rank: (pod: number, view: { pods: { cpu: number[] } }, { sign }: { sign: number }) => sign * view.pods.cpu[pod],
    })
    const { cluster, pods } = clusterOf().node().pod({ cpu: 3 }).pod({ cpu: 1 }).pod({ cpu: 2 }).build()
    for (const [sign, expected] of [
      [1, [1, 2, 0]],
      [-1, [0, 2, 1]],
    ] as const) {
      const queue = new PendingQueue(definition.create({ sign } as never, undefined))
      for (const pod of pods) queue.add(pod, cluster.view)
      for (const at of expected) {
        expect(queue.head(cluster.view)).toBe(pods[at])
        queue.remove(pods[at])
      }
    }
  })

  test.each([
    { rank: () => NaN, found: 'NaN' },
    { rank: () => '3', found: 'string' },
    { rank: () => undefined, found: 'undefined' },
  ])('a rank that is $found', ({ rank, found }) => {
    const { cluster, pods } = clusterOf().node().pod().build()
    const queue = new PendingQueue(adopted({ name: 'mine', rank }).create({}, undefined))
    expect(() => queue.add(pods[0], cluster.view)).toThrow(`mine: the rank of pod 0 must be a number, found ${found}`)
  })

  test('each of 10,000 random exports is adopted or its problems are reported', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.record(
            {
              name: fc.oneof(fc.string(), fc.constant('mine')),
              rank: fc.oneof(fc.anything(), fc.func(fc.anything())),
              parameters: fc.anything(),
            },
            { requiredKeys: [] },
          ),
        ),
        (exported) => {
          const result = adoptOrder(exported)
          if ('problems' in result) {
            expect(result.problems.length).toBeGreaterThan(0)
            return
          }
          const { cluster, pods } = small
          const order = result.definition.create({} as never, undefined)
          try {
            const rank = order.rank!(pods[0], cluster.view)
            expect(Number.isNaN(rank)).toBe(false)
          } catch (error) {
            expect(String(error)).toContain('the rank of pod 0 must be a number')
          }
        },
      ),
      { numRuns: slowCases(10_000) },
    )
  })
})

const small = clusterOf().node().pod().build()
