/** Volumes in runs: when pods get them, where their zone puts pods, and what a crash does to them; times by hand from the fixture's delays. */
import { describe, expect, it } from 'vitest'
import { NONE } from '../../common/ids.ts'
import { PodPhase } from '../../cluster/views.ts'
import { DEPLOYMENT, driver, claim, GIB, perPod, SECOND, simulation, storage, storageClass, volume, type Given } from './storage.fixture.ts'

/** Runs, and returns what storage measured with the pods that are ready in the end. */
function outcomeOf(given: Given) {
  const made = simulation(given)
  const result = made.run()
  const { cluster, volumes } = made.parts
  const { pods } = cluster.view
  const ready: { readonly node: number; readonly pod: number }[] = []
  let pending = 0
  for (let pod = 0; pod < pods.count; pod++) {
    if (pods.phase[pod] === PodPhase.Ready) ready.push({ pod, node: pods.node[pod] })
    if (pods.phase[pod] === PodPhase.Pending) pending++
  }
  return { metrics: result.metrics, notes: result.notes, ready, pending, volumes: volumes!, cluster }
}

const scaled = (at: number, replicas: number) => ({ at: at * SECOND, kind: 'scale' as const, workload: 0, replicas })
const crashed = (at: number, duration = Infinity) => ({
  at: at * SECOND,
  kind: 'node-crash' as const,
  nodes: { count: 1 },
  duration: duration * SECOND,
})

describe('volumes of pods', () => {
  it('at the origin volumes are there; a new pod waits for provision 4 + attach 10 + mount 2 s', () => {
    const { metrics, ready, volumes } = outcomeOf({ storage: storage([perPod()]), actions: [scaled(100, 2)] })
    expect(ready).toHaveLength(2)
    expect(metrics['volumes-provisioned']).toBe(2)
    expect(metrics['volume-attach-mean']).toBe(10)
    expect(metrics['volume-wait']).toBe(12)
    expect(volumes.binder.claims.get('data-web-1')?.volume?.claim?.key).toBe('data-web-1')
  })

  it('a claim binds to the smallest volume that is large enough, of its class and access modes', () => {
    const volumes = [
      volume({ name: 'large', size: 5 * GIB, class: 'hand' }),
      volume({ name: 'small', size: GIB / 2, class: 'hand' }),
      volume({ name: 'shared', size: GIB, class: 'hand', modes: ['ReadOnlyMany'] }),
      volume({ name: 'fitting', size: 2 * GIB, class: 'hand' }),
      volume({ name: 'reserved', size: GIB, class: 'hand', claim: 'other' }),
      volume({ name: 'other-class', size: GIB }),
    ]
    const given = storage([{ kind: 'claim', claim: 0 }], { volumes, classes: [], claims: [claim({ class: 'hand' })] })
    expect(outcomeOf({ storage: given }).volumes.binder.claims.get('data')?.volume?.name).toBe('fitting')
  })

  it('a volume that is reserved for the claim goes before a smaller one', () => {
    const volumes = [volume({ name: 'small' }), volume({ name: 'own', size: 9 * GIB, claim: 'data' })]
    const given = storage([{ kind: 'claim', claim: 0 }], { volumes, classes: [], claims: [claim({ class: '' })] })
    expect(outcomeOf({ storage: given }).volumes.binder.claims.get('data')?.volume?.name).toBe('own')
  })

  it('pods follow the zone of their volume, also when all its nodes are full', () => {
    const made = volume({ zones: ['b'], class: 'hand', driver: 0 })
    const given = storage([{ kind: 'claim', claim: 0 }], { volumes: [made], classes: [], claims: [claim({ class: 'hand' })] })
    const common = { storage: given, zones: ['a', 'b'], nodes: 4, controller: DEPLOYMENT, cpu: 1000 }
    const { ready, pending, cluster } = outcomeOf({ ...common, replicas: 3 })
    expect(ready.map(({ node }) => cluster.zones[cluster.view.nodes.zone[node]])).toEqual(['b']) // the second waits for the volume, the third for a node
    expect(pending).toBe(1)
  })

  it('WaitForFirstConsumer takes the zone of the node, Immediate spreads over the zones of the class', () => {
    const late = outcomeOf({ storage: storage([perPod()]), zones: ['a', 'b'], nodes: 2, replicas: 4, cpu: 2000 })
    expect(late.ready).toHaveLength(4)
    const early = outcomeOf({
      storage: storage([perPod()], { classes: [storageClass({ binding: 'Immediate', zones: ['b'] })] }),
      zones: ['a', 'b'],
      nodes: 2,
      replicas: 4,
      cpu: 2000,
    })
    expect(early.ready).toHaveLength(2) // the other two do not fit into zone b
    expect(early.pending).toBe(2)
    expect(early.notes.join()).toContain('1 does not reach a volume of the pod')
  })

  it('failed attempts are repeated with back-off and counted', () => {
    const { metrics, ready } = outcomeOf({
      storage: storage([perPod()], { drivers: [driver({ failures: 0.5 })] }),
      replicas: 0,
      actions: [scaled(10, 10)],
      horizon: 3000,
    })
    expect(ready).toHaveLength(10)
    expect(metrics['provisioning-failures']).toBeGreaterThan(2)
  })

  it('attach limits of a node are a resource: with 2 a node, 3 nodes run 6 of 8 pods', () => {
    const { ready, pending, notes } = outcomeOf({ storage: storage([perPod()], { drivers: [driver({ attachLimit: 2 })] }), replicas: 8 })
    expect([ready.length, pending]).toEqual([6, 2])
    expect(notes.join()).toContain('have too little of a named resource')
  })

  it('attachments of one node one after another take 10, 20, 30 s', () => {
    const given = storage([perPod()], { drivers: [driver({ serial: true })] })
    const { metrics } = outcomeOf({ storage: given, nodes: 1, replicas: 0, actions: [scaled(100, 3)] })
    expect(metrics['volume-attach-mean']).toBe(20)
  })

  it('a deleted pod of a StatefulSet that moves: detach 20 + attach 10 + mount 2 s', () => {
    const { metrics, ready } = outcomeOf({
      storage: storage([perPod()]),
      nodes: 2,
      actions: [
        { at: 200 * SECOND, kind: 'cordon', nodes: { count: 1 } },
        { at: 201 * SECOND, kind: 'delete-pods', workload: 0, count: 1 },
      ],
    })
    expect(ready).toHaveLength(1)
    expect(metrics['volume-attach-mean']).toBe(30)
    expect(metrics['volume-wait']).toBe(32)
  })

  it('a pod of a StatefulSet stays on its crashed node; taint out of service moves it with its volume', () => {
    const stuck = outcomeOf({ storage: storage([perPod()]), faults: [crashed(100)] })
    expect(stuck.ready).toHaveLength(0)
    expect(stuck.metrics['forced-detaches']).toBe(0)
    const moved = outcomeOf({
      storage: storage([perPod()]),
      faults: [crashed(100)],
      actions: [{ at: 300 * SECOND, kind: 'out-of-service', nodes: { count: 3 } }],
    })
    expect(moved.ready).toHaveLength(1)
    expect(moved.metrics['forced-detaches']).toBe(1)
    expect(moved.metrics['volume-attach-mean']).toBe(30)
    expect(moved.metrics['volume-wait']).toBe(62) // detach 20, attach 10, check 30, mount 2
  })

  it('a lost node: the volume is detached by force six minutes after its pods were removed', () => {
    const { metrics, ready } = outcomeOf({
      storage: storage([perPod()]),
      faults: [{ at: 95 * SECOND, kind: 'node-loss', nodes: { count: 1 } }],
      horizon: 1200,
    })
    // Lost at 95 s, its pods are removed at 140 s (a round of the collector); 360 s, detach 20 s, attach 10 s.
    expect(metrics['volume-attach-mean']).toBe(390)
    expect(metrics['forced-detaches']).toBe(1)
    expect(ready).toHaveLength(1)
  })

  it('a rebooted node has its volumes still: check 30 + mount 2 s after it answers', () => {
    const { metrics, ready } = outcomeOf({ storage: storage([perPod()]), faults: [crashed(100, 25)] })
    expect(ready).toHaveLength(1)
    expect(metrics['volume-attach-mean']).toBeNull()
    expect(metrics['volume-wait']).toBe(32)
  })

  it('claims of a smaller set are kept, or deleted with their volumes', () => {
    const kept = outcomeOf({ storage: storage([perPod()]), replicas: 3, actions: [scaled(100, 1)] })
    expect(kept.volumes.binder.claims.size).toBe(3)
    const deleted = outcomeOf({ storage: storage([perPod({}, 'Delete')]), replicas: 3, actions: [scaled(100, 1)] })
    expect([...deleted.volumes.binder.claims.keys()]).toEqual(['data-web-0'])
    expect(deleted.volumes.binder.volumes).toHaveLength(1)
    const retained = outcomeOf({
      storage: storage([perPod({}, 'Delete')], { classes: [storageClass({ reclaim: 'Retain' })] }),
      replicas: 3,
      actions: [scaled(100, 1)],
    })
    expect(retained.notes).toContain('2 volumes were kept after their claims (reclaim policy Retain)')
  })

  it('ReadWriteOncePod: one pod at a time, in place of one node at a time', () => {
    const shared = (modes: 'ReadWriteOnce' | 'ReadWriteOncePod') =>
      outcomeOf({
        storage: storage([{ kind: 'claim', claim: 0 }], { claims: [claim({ modes: [modes] })] }),
        nodes: 1,
        replicas: 3,
        controller: DEPLOYMENT,
      })
    expect(shared('ReadWriteOnce').ready).toHaveLength(3)
    expect(shared('ReadWriteOncePod').ready).toHaveLength(1)
    expect(shared('ReadWriteOncePod').pending).toBe(2)
  })

  it('local volumes: one pod a node, which comes back there, and its data is lost with the node', () => {
    const given = storage([perPod({ class: 'local' })], {
      volumes: [volume({ name: 'ssd', pool: 0, class: 'local' })],
      classes: [storageClass({ name: 'local', driver: NONE })],
    })
    const { ready, pending } = outcomeOf({ storage: given, replicas: 4 })
    expect(new Set(ready.map(({ node }) => node)).size).toBe(3)
    expect(pending).toBe(1)
    const restarted = outcomeOf({ storage: given, actions: [{ at: 100 * SECOND, kind: 'delete-pods', workload: 0, count: 1 }] })
    expect(restarted.ready.map(({ node }) => node)).toEqual(outcomeOf({ storage: given }).ready.map(({ node }) => node))
    const lost = outcomeOf({ storage: given, faults: [{ at: 95 * SECOND, kind: 'node-loss', nodes: { count: 1 } }] })
    expect(lost.metrics['local-data-lost']).toBe(1024)
    expect(lost.ready).toHaveLength(0)
  })

  it('emptyDirs are lost with their pods; a config map that does not exist blocks them; one that is made later is found by back-off', () => {
    const dir = { kind: 'empty-dir', size: GIB } as const
    const deletes = { at: 100 * SECOND, kind: 'delete-pods', workload: 0, count: 2 } as const
    const { metrics } = outcomeOf({ storage: storage([dir]), replicas: 2, controller: DEPLOYMENT, actions: [deletes] })
    expect(metrics['empty-dir-lost']).toBe(2048)
    const mounts = (from: number) => storage([{ kind: 'config', config: 0 }], { configs: [{ name: 'settings', from }] })
    const blocked = outcomeOf({ storage: mounts(Infinity) })
    expect(blocked.ready).toHaveLength(0)
    expect(blocked.metrics['volume-wait']).toBe(900)
    expect(blocked.notes.join()).toContain('1 pods had a node at the horizon and waited for volumes, config maps or secrets')
    // Tried after 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 63.5 s.
    expect(outcomeOf({ storage: mounts(32 * SECOND) }).metrics['volume-wait']).toBe(63.5)
  })

  it('a claim that no class and no volume can serve: its pods are pending, and the notes say why', () => {
    const given = storage([{ kind: 'claim', claim: 0 }], { claims: [claim({ modes: ['ReadWriteMany'] })] })
    const { pending, metrics, notes } = outcomeOf({ storage: given, controller: DEPLOYMENT, replicas: 2 })
    expect(pending).toBe(2)
    expect(metrics['claims-unbound']).toBe(1)
    expect(notes).toContain('no class and no volume can serve the claim data (standard, ReadWriteMany)')
  })
})
