/** Runs that begin with a snapshot of a cluster. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { NONE, PodPhase, Simulation, type KubeCluster, type KubePod } from '../../sim/index.ts'
import { snapshotObject } from '../commands/explain.fixture.ts'
import { parseSource } from '../file/document.ts'
import { resolveSource } from '../file/spec.ts'
import { inputOf } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-snapshot-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Json = Record<string, unknown>

const node = (name: string, group: string, spec: Json = {}): Json => ({
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, 'eks.amazonaws.com/nodegroup': group } },
  spec,
  status: { allocatable: { cpu: '4', memory: '16Gi', pods: '20' } },
})
const pod = (name: string, owner: string, nodeName: string | null, cpu: string, more: Json = {}, spec: Json = {}): Json => ({
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    labels: { app: name.split('-')[0] },
    ...(owner === '' ? {} : { ownerReferences: [{ kind: owner, name: name.split('-')[0], controller: true }] }),
    ...more,
  },
  spec: {
    containers: [{ name: 'c', resources: { requests: { cpu, memory: '1Gi' } } }],
    ...(nodeName === null ? {} : { nodeName }),
    ...spec,
  },
})
const service = { kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'web' } } }
const onlyOn = (name: string): Json => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
      },
    },
  },
})

const shop: Json[] = [
  node('a', 'front', { unschedulable: true }),
  node('b', 'front'),
  node('c', 'back'),
  ...['a', 'b', 'b'].map((on, i) => pod(`web-${i}`, 'ReplicaSet', on, '500m')),
  ...['a', 'b', 'c'].map((on, i) => pod(`agent-${i}`, 'DaemonSet', on, '100m', {}, onlyOn(on))),
  // Together more than the node has, as after it was made smaller.
  pod('store-0', 'StatefulSet', 'c', '3'),
  pod('store-1', 'StatefulSet', 'c', '2'),
  pod('alone', '', 'b', '1'),
  pod('leaving', 'ReplicaSet', 'b', '1', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  pod('astray', 'ReplicaSet', 'gone', '1'),
  pod('late-0', 'ReplicaSet', null, '1500m'),
  pod('late-1', 'ReplicaSet', null, '1500m'),
  service,
  { kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
]

async function begun(objects: unknown, yaml: string) {
  writeFileSync(join(folder, 'cluster.json'), JSON.stringify(objects))
  const read = parseSource(join(folder, 'x.yaml'), `name: x\nhorizon: 10m\nwarmup: 0s\ncheck: true\n${yaml}`)
  if ('problems' in read) throw new Error('not YAML')
  const resolved = await resolveSource(read.source)
  if ('problems' in resolved) throw new Error(resolved.problems.map(({ message }) => message).join('\n'))
  const { variants, warnings } = resolved.experiment
  const simulation = new Simulation(await inputOf({ scenario: variants[0].scenario, seed: 1, replication: 0 }))
  const { cluster } = simulation.parts
  /** Pods on each node by the label app, after the run. */
  const pods = () => {
    const places: Record<string, string[]> = {}
    for (let row = 0; row < cluster.pods.count; row++) {
      const { phase, node: on, podClass } = cluster.pods
      if (phase[row] === PodPhase.Gone) continue
      const { labels } = cluster.classes.shapes[podClass[row]]
      ;(places[on[row] === NONE ? 'pending' : (cluster.view.templateOf(on[row]).name ?? 'new')] ??= []).push(labels['app'])
    }
    return Object.fromEntries(Object.entries(places).map(([name, list]) => [name, list.sort().join(' ')]))
  }
  return { simulation, warnings, pods }
}

const list = (items: readonly unknown[]): Json => ({ kind: 'List', items })
const WEB = 'workload: { services: [{ name: web, snapshot: shop/web, traffic: { rate: 10/s }, work: { cpu: 1ms } }] }\n'

describe('the start', () => {
  it('pods are where they are, pending ones are placed, a cordoned or overcommitted node takes none', async () => {
    const { simulation, warnings, pods } = await begun(list(shop), `cluster: { snapshot: cluster.json }\n${WEB}scheduling: kubernetes\n`)
    const result = simulation.run()
    // b has 4 cores, of which 2.1 are requested once the leaving pod has left.
    expect(pods()).toEqual({ a: 'agent web', b: 'agent alone late web web', c: 'agent store store', pending: 'late' })
    expect(result.metrics['unscheduled']).toBeCloseTo(600 + 30, 0)
    expect(warnings).toEqual([
      'snapshot: 1 pod is on a node that is not in the snapshot and is left out: shop/astray on gone',
      'snapshot: 1 kind of objects decides nothing in a run and is left out: 1 Deployment',
      'snapshot: 1 pod is terminating and leaves after its grace period: shop/leaving',
      'snapshot: 1 node has more pods or requests than allocatable and takes no others: c',
    ])
  })

  it('a node autoscaler adds nodes to a pool of the snapshot, each with a pod of its DaemonSets; an own pool stands beside them', async () => {
    const pools = 'pools: [{ name: front, snapshot: front, max: 3, provision: 60s }, { name: big, count: 1, cpu: 1, memory: 4Gi }]'
    const { simulation, pods } = await begun(
      list(shop),
      `cluster: { snapshot: cluster.json, ${pools} }\n${WEB}scheduling: kubernetes\nautoscaling: { nodes: cluster-autoscaler }\n`,
    )
    simulation.run()
    expect(pods()).toEqual({ a: 'agent web', b: 'agent alone late web web', c: 'agent store store', new: 'agent late' })
  })

  it('nodes without a group are pools by machine type, in which a dot is a hyphen, and else the pool nodes', async () => {
    const typed = { ...node('a', ''), metadata: { name: 'a', labels: { 'node.kubernetes.io/instance-type': 'm5.4xlarge' } } }
    const plain = { ...node('b', ''), metadata: { name: 'b' } }
    const { simulation } = await begun(list([typed, plain]), 'cluster: { snapshot: cluster.json }\n')
    expect(simulation.parts.input.pools.map(({ name }) => name)).toEqual(['m5-4xlarge', 'nodes'])
  })

  it('victims of preemption come back if a controller keeps them', async () => {
    const urgent = pod('urgent', 'ReplicaSet', null, '2500m', {}, { priority: 100 })
    const objects = [node('b', 'front'), pod('kept', 'ReplicaSet', 'b', '2'), pod('alone', '', 'b', '1'), urgent]
    const { simulation, pods } = await begun(list(objects), `cluster: { snapshot: cluster.json }\nscheduling: kubernetes\n`)
    simulation.run()
    expect(pods()).toEqual({ b: 'alone urgent', pending: 'kept' })
  })

  it('a budget of the snapshot decides which of two equal victims is evicted', async () => {
    const urgent = pod('urgent', 'ReplicaSet', null, '3', {}, { priority: 100 })
    const budget = (allowed: number) => ({
      kind: 'PodDisruptionBudget',
      metadata: { name: 'x', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'first' } } },
      status: { disruptionsAllowed: allowed },
    })
    const objects = [node('a', 'g'), node('b', 'g'), pod('first', 'ReplicaSet', 'a', '2'), pod('second', 'ReplicaSet', 'b', '3'), urgent]
    const end = async (allowed: number) => {
      const { simulation, pods } = await begun(
        list([...objects, budget(allowed)]),
        'cluster: { snapshot: cluster.json }\nscheduling: kubernetes\n',
      )
      simulation.run()
      return pods()['pending']
    }
    expect(await end(0)).toBe('second')
    const tied = [...new Set([await end(1), 'first'])]
    expect(['first', 'second']).toEqual(expect.arrayContaining(tied))
  })
})

describe('recorded decisions of kube-scheduler', () => {
  const recorded = (family: string) => {
    const url = new URL(`../../sim/testing/recordings/data/kube/${family}.json.gz`, import.meta.url)
    return (
      JSON.parse(gunzipSync(readFileSync(url)).toString()) as {
        cases: { cluster: KubeCluster; pod: KubePod; expect: { best: string[] } }[]
      }
    ).cases
  }
  it.each(['spread-default', 'mixed', 'taints-node-affinity'])(
    '%s: the pending pod of the snapshot runs on one of the best nodes',
    async (family) => {
      for (const { cluster, pod: pending, expect: answer } of recorded(family).slice(0, 4)) {
        const objects = snapshotObject(cluster, [pending])
        const yaml = 'cluster: { snapshot: cluster.json }\nscheduling: { name: kubernetes, percentage: 100, preemption: false }\n'
        const { simulation } = await begun(objects, yaml)
        const { cluster: state, simulator } = simulation.parts
        // Terminating pods leave after 30 s, the decision is made before.
        simulator.run(5_000_000, 1e6)
        const row = state.pods.count - 1
        const on = state.pods.node[row]
        const name = on === NONE ? [] : [state.view.templateOf(on).name]
        expect(answer.best.length === 0 ? [] : answer.best).toEqual(
          answer.best.length === 0 ? name : expect.arrayContaining(name as string[]),
        )
        if (answer.best.length > 0) expect(name).toHaveLength(1)
      }
    },
  )
})

describe('what is wrong', () => {
  const refused = async (objects: unknown, yaml: string): Promise<string> =>
    begun(objects, yaml).then(
      () => '',
      (error: Error) => error.message,
    )
  it.each([
    [
      'a Service without running pods',
      'cluster: { snapshot: cluster.json }\n' + WEB.replace('shop/web', 'shop/wep'),
      /found no Service "shop\/wep".*shop\/web/,
    ],
    [
      'an unknown group',
      'cluster: { snapshot: cluster.json, pools: [{ name: x, snapshot: frnt }] }\n',
      /found no group of nodes "frnt"; accepted: front, back/,
    ],
    [
      'fewer nodes than there are',
      'cluster: { snapshot: cluster.json, pools: [{ name: x, snapshot: front, max: 1 }] }\n',
      /found 1; accepted: at least 2/,
    ],
    ['no such file', 'cluster: { snapshot: none.json }\n', /found no such file in none\.json/],
    [
      'no snapshot',
      'cluster: { pools: [{ name: x, count: 1, cpu: 1, memory: 1Gi }] }\n' + WEB,
      /found "shop\/web" without cluster\.snapshot/,
    ],
  ])('%s', async (_, yaml, message) => expect(await refused(list(shop), yaml)).toMatch(message))

  it('a node without capacity', async () => {
    const bare = { ...node('z', 'front'), status: { allocatable: { memory: '1Gi' } } }
    expect(await refused(list([...shop, bare]), 'cluster: { snapshot: cluster.json }\n')).toMatch(
      /found nothing in cluster\.json, column Node z\.status\.allocatable\.cpu; accepted: an amount above 0/,
    )
  })
})
