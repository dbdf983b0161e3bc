import { describe, expect, it } from 'vitest'
import { decided, node, pod } from './kubernetes.fixture.ts'
import type { KubeClaim, KubePersistentVolume, KubeStorage, KubeStorageClass } from './objects.ts'

const ZONE = 'topology.kubernetes.io/zone'
const nodes = [node('a', { labels: { [ZONE]: 'x' } }), node('b', { labels: { [ZONE]: 'y' } })]
const claim = (more: Partial<KubeClaim> = {}): KubeClaim => ({
  namespace: 'default',
  name: 'data',
  request: 10,
  storageClass: 'fast',
  ...more,
})
const volume = (more: Partial<KubePersistentVolume> = {}): KubePersistentVolume => ({
  name: 'v',
  capacity: 10,
  storageClass: 'fast',
  available: true,
  ...more,
})
const waiting: KubeStorageClass = { name: 'fast', provisioner: 'csi.example.com', waitForFirstConsumer: true }
const mounting = pod('p', {}, { volumes: [{ claim: 'data' }] })
const inZone = (zone: string) => ({ nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: [zone] } as const] }] })

function verdict(
  storage: Partial<KubeStorage>,
  subject = mounting,
  running: readonly (typeof mounting)[] = [],
): Readonly<Record<string, string>> | string {
  const full = { claims: [claim()], volumes: [], classes: [waiting], limits: {}, ...storage }
  const { rejects, rejected } = decided({ nodes, pods: running, storage: full }, subject)
  if (rejects !== null) return rejects.reasons.join()
  return Object.fromEntries([...rejected].map(([{ name }, { reasons }]) => [name, reasons.join()]))
}

describe('claims before any node', () => {
  it.each<[string, Partial<KubeStorage>, string]>([
    ['absent', { claims: [] }, 'persistentvolumeclaim "data" not found'],
    ['being deleted', { claims: [claim({ terminating: true })] }, 'persistentvolumeclaim "data" is being deleted'],
    [
      'unbound in a class that does not wait',
      { classes: [{ ...waiting, waitForFirstConsumer: false }] },
      'pod has unbound immediate PersistentVolumeClaims',
    ],
  ])('%s', (_, storage, text) => expect(verdict(storage)).toBe(text))
})

it('the claim of an ephemeral volume that is not there yet is waited for', () => {
  const subject = pod('p', {}, { volumes: [{ claim: 'p-scratch', ephemeral: true }] })
  expect(verdict({}, subject)).toBe('waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch"')
})

describe('bound claims', () => {
  const bound = claim({ volume: 'v', bound: true })
  it('are reached from the nodes of their volume', () => {
    expect(verdict({ claims: [bound], volumes: [volume({ nodeAffinity: inZone('x') })] })).toEqual({
      b: "node(s) didn't match PersistentVolume's node affinity",
    })
    expect(verdict({ claims: [bound], volumes: [volume({ labels: { [ZONE]: 'y__z' } })] })).toEqual({
      a: 'node(s) had no available volume zone',
    })
  })

  it('with ReadWriteOncePod are mounted once; removing the other pod helps', () => {
    const storage = { claims: [{ ...bound, accessModes: ['ReadWriteOncePod'] }], volumes: [volume()], classes: [], limits: {} }
    const running = { ...mounting, name: 'q', node: 'a' }
    const { preemption } = decided({ nodes, pods: [running], storage }, { ...mounting, priority: 1 })
    expect(preemption?.best.map(({ node: { name }, victims }) => [name, victims.length])).toEqual([['a', 1]])
  })

  it('count against the limit of the driver once per volume', () => {
    const claims = [bound, claim({ name: 'other', volume: 'w', bound: true })]
    const volumes = [volume({ driver: 'd', handle: '1' }), volume({ name: 'w', driver: 'd', handle: '2' })]
    const limits = { a: { d: 1 }, b: { d: 1 } }
    const running = pod('q', {}, { node: 'a', volumes: [{ claim: 'other' }] })
    expect(verdict({ claims, volumes, limits }, mounting, [running])).toEqual({ a: 'node(s) exceed max volume count' })
    expect(verdict({ claims, volumes, limits }, mounting, [{ ...running, volumes: [{ claim: 'data' }] }])).toEqual({})
  })
})

describe('claims that wait for their first pod', () => {
  const BIND = "node(s) didn't find available persistent volumes to bind"
  it('are provisioned where the topologies of the class allow it', () => {
    expect(verdict({})).toEqual({})
    expect(verdict({ classes: [{ ...waiting, allowedTopologies: [[{ key: ZONE, values: ['y'] }]] }] })).toEqual({ a: BIND })
  })

  it('take an available volume that is large enough where nothing provisions', () => {
    const classes = [{ ...waiting, provisioner: 'kubernetes.io/no-provisioner' }]
    expect(verdict({ classes, volumes: [volume({ nodeAffinity: inZone('x') })] })).toEqual({ b: BIND })
    expect(verdict({ classes, volumes: [volume({ capacity: 9 })] })).toEqual({ a: BIND, b: BIND })
    expect(verdict({ classes, volumes: [volume({ claim: { namespace: 'default', name: 'else' } })] })).toEqual({ a: BIND, b: BIND })
  })

  it('stay on the node that was selected for them', () => expect(verdict({ claims: [claim({ selectedNode: 'b' })] })).toEqual({ a: BIND }))
})

it('claims are not checked where nothing is known about storage', () => expect(decided({ nodes }, mounting).feasible).toHaveLength(2))
