/** Whatever happens to requests, pods and nodes, and in whatever order: nothing is lost or counted twice, Little's law is exact, and the run ends. */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { packers } from './binpacking/index.ts'
import { NodeState } from './cluster/views.ts'
import { call, choose, coming, cost, input, noDelays, NO_REQUESTS, pool, script, service, shape } from './testing/input.ts'
import { Simulation } from './simulation.ts'
import { balancers } from './slb/index.ts'
import { slowCases } from './testing/index.ts'

const GiB = 1024 ** 3

const time = fc.integer({ min: 0, max: 400 })
const amount = fc.integer({ min: 0, max: 60 })
const requests = fc
  .array(fc.tuple(time, amount, fc.integer({ min: 1, max: 60 })), { maxLength: 40 })
  .map((rows) => script([...rows].sort((a, b) => a[0] - b[0])))

const someService = (name: string) =>
  fc
    .record({
      replicas: fc.integer({ min: 0, max: 4 }),
      threads: fc.integer({ min: 0, max: 3 }),
      queue: fc.constantFrom(0, 2, Infinity),
      timeout: fc.constantFrom(0, 20_000, 45_000),
      cancel: fc.boolean(),
      retries: fc.record({
        limit: fc.integer({ min: 0, max: 3 }),
        backoff: fc.constantFrom(0, 10_000),
        budget: fc.constantFrom(0.2, 1, 3),
      }),
      networkDelay: fc.constantFrom(0, 3000),
      grace: fc.constantFrom(0, 15_000, 200_000),
      preStop: fc.constantFrom(0, 10_000, 50_000),
      start: fc.constantFrom(0, 20_000),
      probe: fc.constantFrom(0, 10_000),
      limit: fc.constantFrom(0, 500, 1500),
      requests,
    })
    .map(({ limit, ...spec }) =>
      service({ name, shape: shape({ cpu: 500, memory: GiB, limit }), ...spec, minReplicas: 0, maxReplicas: 20 }),
    )

/** Calls web -> api, web -> db and api -> db, of all kinds. */
const someCall = (name: string, caller: number, called: number) =>
  fc
    .record({
      share: fc.constantFrom(0.5, 1),
      optional: fc.boolean(),
      deadline: fc.boolean(),
      timeout: fc.constantFrom(0, 5000, 30_000),
      cancel: fc.boolean(),
      retries: fc.record({
        limit: fc.integer({ min: 0, max: 2 }),
        backoff: fc.constantFrom(0, 10_000),
        budget: fc.constantFrom(0.2, 1),
      }),
      mean: fc.constantFrom(3000, 15_000),
      own: fc.constantFrom(null, 'least-connections', 'central-queue'),
    })
    .map(({ mean, own, ...spec }) =>
      call({
        name,
        caller,
        service: called,
        cost: cost({ kind: 'exponential', mean }, { kind: 'uniform', low: 0, high: mean }),
        ...spec,
        ...(own === null ? {} : { slb: choose(balancers, own) }),
      }),
    )

const calls = fc.tuple(someCall('web->api', 0, 1), someCall('web->db', 0, 2), someCall('api->db', 1, 2))
const work = { cost: cost({ kind: 'exponential', mean: 5000 }) }
const someSteps = (rows: readonly number[]) =>
  fc.array(
    fc.oneof(
      fc.constant(work),
      fc.array(fc.constantFrom(...rows), { minLength: 1, maxLength: 4 }).map((list) => ({ calls: list })),
    ),
    {
      maxLength: 4,
    },
  )

const deed = fc.record({
  at: time,
  what: fc.constantFrom('scale', 'order', 'cordon'),
  which: fc.integer({ min: 0, max: 2 }),
  count: fc.integer({ min: 0, max: 6 }),
})

const everything = fc.record({
  services: fc.tuple(someService('web'), someService('api'), someService('db')),
  calls,
  steps: fc.tuple(someSteps([0, 1]), someSteps([2])),
  async: fc.boolean(),
  deeds: fc.array(deed, { maxLength: 12 }),
  background: fc.array(fc.tuple(time, fc.constantFrom(0.5, 3), amount), { maxLength: 6 }),
  propagation: fc.constantFrom(0, 25_000),
  decision: fc.constantFrom(0, 5000),
  provision: fc.constantFrom(0, 50_000),
  epoch: fc.constantFrom(0, 1000),
  inRounds: fc.boolean(),
  balancer: fc.constantFrom(...balancers.all.map(({ name }) => name)),
})

describe('any small run', () => {
  it('keeps every law', () => {
    fc.assert(
      fc.property(
        everything,
        ({ services, calls, steps, async, deeds, background, propagation, decision, provision, epoch, inRounds, balancer }) => {
          const [web, api, db] = services
          const simulation = new Simulation({
            ...input({
              horizon: 600_000,
              warmup: 100_000,
              sample: 50_000,
              pools: [pool(2, { cpu: 2000, memory: 4 * GiB }, { max: 6, provision })],
              services: [
                { ...web, steps: steps[0], async },
                { ...api, steps: steps[1], async },
                { ...db, requests: NO_REQUESTS },
              ],
              background: [
                coming(
                  [...background]
                    .sort((a, b) => a[0] - b[0])
                    .map(([at, usage, duration]) => [at, shape({ cpu: 700, memory: 1, usage }), 1 + duration]),
                ),
              ],
              binpacking: { ...choose(packers, inRounds ? 'best-fit-decreasing' : 'none'), role: 'both', every: 10_000 },
              slb: choose(balancers, balancer),
              balancers: 2,
              delays: { ...noDelays, decision, propagation, bind: 1000 },
              contentionEpoch: epoch,
              eventBudget: 200_000,
            }),
            calls,
          })
          const { simulator, replicaSets, nodes, cluster, clients, podQueue, calls: tree } = simulation.parts
          for (const { at, what, which, count } of deeds) {
            simulator.call(at * 1000, () => {
              if (what === 'scale') replicaSets.scale(which, count)
              else if (what === 'order') nodes.order(0, count)
              else if (cluster.nodes.state[which] === NodeState.Ready) simulation.parts.nodes.drain(which)
              clients.check()
              podQueue.check()
              tree?.check()
            })
          }
          simulation.run()
        },
      ),
      { seed: 7, numRuns: slowCases(300, 3) },
    )
  })
})
