/**
 * Laws of volumes on random actions and faults; `check: true` asserts after every event that a volume of one node is attached to one node
 * and that no node exceeds the attach limits. When everything is deleted nothing is left.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Action, Fault } from '../../input.ts'
import { slowCases } from '../../testing/cases.ts'
import { claim, DEPLOYMENT, driver, GIB, MODES, perPod, SECOND, simulation, storage, storageClass } from './storage.fixture.ts'

const at = fc.integer({ min: 1, max: 700 }).map((seconds) => seconds * SECOND)
const nodes = fc.record({ count: fc.integer({ min: 1, max: 3 }) })

const actions: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ at, kind: fc.constant('scale' as const), workload: fc.constant(0), replicas: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ at, kind: fc.constantFrom('drain' as const, 'cordon' as const, 'uncordon' as const, 'out-of-service' as const), nodes }),
  fc.record({ at, kind: fc.constant('delete-pods' as const), workload: fc.constant(0), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ at, kind: fc.constant('restart' as const), workload: fc.constant(0) }),
)
const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    at,
    kind: fc.constantFrom('node-crash' as const, 'node-partition' as const),
    nodes,
    duration: fc.integer({ min: 1, max: 300 }).map((seconds) => seconds * SECOND),
  }),
  fc.record({ at, kind: fc.constant('node-loss' as const), nodes: fc.constant({ count: 1 }) }),
  fc.record({ at, kind: fc.constant('pod-crash' as const), workload: fc.constant(0), count: fc.integer({ min: 1, max: 3 }) }),
)

const anything = fc.record({
  stateful: fc.boolean(),
  replicas: fc.integer({ min: 0, max: 6 }),
  mode: fc.constantFrom(...MODES),
  attachLimit: fc.constantFrom(1, 2, 3),
  serial: fc.boolean(),
  failures: fc.constantFrom(0, 0.3),
  binding: fc.constantFrom('Immediate' as const, 'WaitForFirstConsumer' as const),
  actions: fc.array(actions, { maxLength: 6 }),
  faults: fc.array(faults, { maxLength: 3 }),
})

describe('volumes in runs', () => {
  it('whatever is done and breaks: one node a volume, limits hold, and nothing is left when everything is deleted', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const { stateful, mode, attachLimit, serial, failures, binding } = given
        const all = driver({ attachLimit, serial, failures, modes: ['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'] })
        const pods = stateful ? perPod({ modes: [mode] }, 'Delete') : ({ kind: 'claim', claim: 0 } as const)
        const run = simulation({
          storage: storage([pods, { kind: 'empty-dir', size: GIB }], {
            drivers: [all],
            classes: [storageClass({ binding })],
            claims: stateful ? [] : [claim({ modes: [mode] })],
          }),
          zones: ['a', 'b'],
          nodes: 5,
          replicas: given.replicas,
          ...(stateful ? {} : { controller: DEPLOYMENT }),
          // In the end everybody answers or is declared dead, and the set is scaled to nothing.
          actions: [
            ...given.actions,
            { at: 1100 * SECOND, kind: 'out-of-service', nodes: { count: Infinity } },
            { at: 1101 * SECOND, kind: 'uncordon', nodes: { count: Infinity } },
            { at: 1500 * SECOND, kind: 'scale', workload: 0, replicas: 0 },
          ],
          faults: given.faults,
          horizon: 4000,
          check: true,
        })
        run.run() // throws when a law is broken
        const { cluster, volumes, storage: recorder } = run.parts
        expect(cluster.created).toBe(cluster.gone)
        expect(recorder.waiting.value).toBe(0)
        const { binder, attachments } = volumes!
        for (const volume of binder.volumes) expect(attachments.nodesOf(volume)).toEqual([])
        if (stateful) expect([...binder.claims.keys()]).toEqual([])
        expect(binder.volumes.length).toBeLessThanOrEqual(stateful ? 0 : 1)
      }),
      { seed: 11, numRuns: slowCases(60) },
    )
  })
})
