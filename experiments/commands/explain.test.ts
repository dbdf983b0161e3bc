/** `orchsim explain` as a user runs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { DecisionRecord, KubeCluster, KubePod } from '../../sim/index.ts'
import type { Screens } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { explainCommand } from './explain.ts'
import type { Explanation } from './explanation.ts'
import { snapshotObject } from './explain.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-explain-'))
afterAll(() => rmSync(folder, { recursive: true }))

function run(file: string, pod: readonly string[] = [], json = false, config?: string): { code: number; out: string; err: string } {
  const said = { out: '', err: '' }
  const screen = (key: 'out' | 'err') => ({ write: (text: string) => ((said[key] += text), true) })
  const code = explainCommand('schedule', file, { pod, json, ...(config === undefined ? {} : { config }) }, {
    out: screen('out'),
    err: screen('err'),
  } as unknown as Screens) as number
  return { code, ...said }
}

let files = 0
function written(content: string | Uint8Array): string {
  const file = join(folder, `snapshot-${files++}`)
  writeFileSync(file, content)
  return file
}

const node = { kind: 'Node', metadata: { name: 'a' }, status: { allocatable: { cpu: '2', memory: '4Gi', pods: '3' } } }
const pod = (name: string, more: object = {}, spec: object = {}): object => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', ...more },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1500m', memory: '1288490188800m' } } }], ...spec },
})
const listed = (...items: object[]): string => written(JSON.stringify({ apiVersion: 'v1', items, kind: 'List' }))

interface Recorded {
  readonly cluster: KubeCluster
  readonly pod: KubePod
  readonly expect: Partial<DecisionRecord>
  readonly config?: Settings
}

function recorded(family: string, count = 6): readonly Recorded[] {
  const url = new URL(`../../sim/testing/recordings/data/kube/${family}.json.gz`, import.meta.url)
  return (JSON.parse(gunzipSync(readFileSync(url)).toString()) as { cases: readonly Recorded[] }).cases.slice(0, count)
}

/** The decision about the only pending pod. */
const decisionOf = (out: string): DecisionRecord | null => (JSON.parse(out.split('\n')[1]) as Explanation).decision

describe('containers that are resized in place', () => {
  const held = (reason: string): object => {
    const resources = { requests: { cpu: '1' } }
    const conditions = [{ type: 'PodResizePending', status: 'True', reason }]
    const status = { conditions, containerStatuses: [{ name: 'c', resources, allocatedResources: { cpu: '1200m' } }] }
    return { ...pod('held', {}, { nodeName: 'a', containers: [{ name: 'c', resources: { requests: { cpu: '1900m' } } }] }), status }
  }
  const small = pod('small', {}, { containers: [{ name: 'c', resources: { requests: { cpu: '500m' } } }] })
  it.each([
    ['Deferred', 'request the larger of specification, status and allocation: 1900m of 2', []],
    ['Infeasible', 'without the specification that the kubelet refused: 1200m', ['a']],
  ])('%s: %s', (reason, _, feasible) => {
    expect(decisionOf(run(listed(node, held(reason), small), [], true).out)?.feasible).toEqual(feasible)
  })
})

describe('--config: each pod is decided by the profile that it names', () => {
  const config = written('profiles:\n  - schedulerName: closed\n    plugins: { filter: { disabled: [{ name: NodeResourcesFit }] } }\n')
  const snapshot = listed(node, pod('a', {}, { schedulerName: 'closed' }), pod('b'), pod('c', {}, { schedulerName: 'closed' }))

  it('pods of other schedulers are counted', () => {
    const { out } = run(snapshot, [], false, config)
    expect(out).toContain('1 pending pod uses another scheduler (default-scheduler)')
    expect(out.match(/choice: a/g)).toHaveLength(2)
  })

  it('problems have their place', () => {
    const wrong = written('profiles:\n  - percentageOfNodesToScore: 200\n')
    expect(run(snapshot, [], false, wrong)).toMatchObject({
      code: EXIT.wrong,
      err: `${wrong}:2:31  profiles[0].percentageOfNodesToScore  found 200; accepted: a whole number from 0 to 100\n`,
    })
  })
})

/** What a recording sets beside the defaults, as a user of kube-scheduler writes it. */
interface Settings {
  readonly scoringStrategy?: { readonly type: string; readonly resources: unknown; readonly shape?: unknown }
  readonly defaultConstraints?: unknown
  readonly hardPodAffinityWeight?: number
}

function configurationOf({ scoringStrategy, defaultConstraints, hardPodAffinityWeight }: Settings): string {
  const { shape, ...strategy } = scoringStrategy ?? {}
  const args = [
    ...(scoringStrategy === undefined
      ? []
      : [
          [
            'NodeResourcesFit',
            { scoringStrategy: { ...strategy, ...(shape === undefined || shape === null ? {} : { requestedToCapacityRatio: { shape } }) } },
          ],
        ]),
    ...(defaultConstraints === undefined ? [] : [['PodTopologySpread', { defaultingType: 'List', defaultConstraints }]]),
    ...(hardPodAffinityWeight === undefined ? [] : [['InterPodAffinity', { hardPodAffinityWeight }]]),
  ]
  return written(stringify({ profiles: [{ pluginConfig: args.map(([name, given]) => ({ name, args: given })) }] }))
}

it.each(['most-allocated', 'requested-to-capacity-ratio', 'least-allocated-weighted', 'spread-default', 'pod-affinity'])(
  'the settings of the recordings %s, written as a KubeSchedulerConfiguration, give the recorded decisions',
  (family) => {
    let compared = 0
    for (const { cluster, pod: pending, expect: wanted, config } of recorded(family, 40)) {
      if (config === undefined || compared === 4) continue
      const { out, err } = run(
        written(JSON.stringify(snapshotObject(cluster, [pending]))),
        [`${pending.namespace}/${pending.name}`],
        true,
        configurationOf(config),
      )
      expect(err).toBe('')
      const ours = decisionOf(out)
      expect([ours?.rejected, ours?.feasible]).toEqual([wanted.rejected ?? {}, wanted.feasible])
      expect([ours?.weighted, ours?.total, ours?.best]).toEqual([wanted.weighted ?? {}, wanted.total ?? [], wanted.best])
      compared++
    }
    expect(compared).toBeGreaterThan(2)
  },
)

describe('a snapshot is decided as kube-scheduler decided the recorded cluster', () => {
  it.each(['resources', 'taints-node-affinity', 'spread-default', 'pod-affinity', 'ports-images', 'mixed', 'preemption'])(
    '%s',
    (family) => {
      let compared = 0
      for (const [i, { cluster, pod: pending, expect: wanted, ...rest }] of recorded(family).entries()) {
        if ('config' in rest) continue
        const list = snapshotObject(cluster, [pending])
        const file = written(family === 'mixed' && i === 0 ? stringify(list) : JSON.stringify(list, null, i % 2 === 0 ? 4 : 0))
        const ours = decisionOf(run(file, [`${pending.namespace}/${pending.name}`], true).out)
        expect(ours?.rejected).toEqual(wanted.rejected ?? {})
        expect([ours?.feasible, ours?.total, ours?.best]).toEqual([wanted.feasible, wanted.total ?? [], wanted.best])
        if (wanted.preemption) expect(ours?.preemption?.candidates).toEqual(wanted.preemption.candidates ?? {})
        compared++
      }
      expect(compared).toBeGreaterThan(2)
    },
  )
})

describe('text', () => {
  it('names the reasons with their nodes, the message of kube-scheduler, and victims', () => {
    const running = pod('old', {}, { nodeName: 'a', priority: 0 })
    const { code, out } = run(listed(node, running, pod('new', {}, { priority: 10 })))
    expect(code).toBe(EXIT.done)
    expect(out).toContain('1 node, 1 running, 1 pending, 0 finished pods')
    expect(out).toContain('shop/new: priority 10, requests cpu 1500m')
    expect(out).toContain('    1 node: Insufficient cpu [NodeResourcesFit] (a)')
    expect(out).toContain('choice: none. 0/1 nodes are available: 1 Insufficient cpu.')
    expect(out).toContain('    a: would evict shop/old')
  })

  it('prints the scores of the feasible nodes and the tie', () => {
    const { out } = run(listed(node, { ...node, metadata: { name: 'b' } }, pod('new')))
    expect(out).toMatch(/choice: one of 2 tied nodes with \d+, at random: a, b/)
  })

  it('a pod with gates is not decided; one of another scheduler only when it is named', () => {
    const gated = pod('gated', {}, { schedulingGates: [{ name: 'example.com/quota' }] })
    const other = pod('other', {}, { schedulerName: 'volcano' })
    const file = listed(node, gated, other)
    expect(run(file).out).toContain('waiting for scheduling gates: [example.com/quota]')
    expect(run(file).out).toContain('warning: 1 pending pod uses another scheduler (volcano)')
    expect(run(file).out).not.toContain('shop/other:')
    expect(run(file, ['shop/other']).out).toContain('choice: a, the only feasible node')
  })

  it('a running pod is explained without itself', () => {
    expect(run(listed(node, pod('old', {}, { nodeName: 'a' })), ['shop/old']).out).toContain('choice: a, the only feasible node')
  })

  it('counts what it does not read and warns about what is unusual', () => {
    const config = { kind: 'ConfigMap', metadata: { name: 'x' }, items: undefined }
    const { out } = run(listed(node, config, config, pod('lost', {}, { nodeName: 'gone' })))
    expect(out).toContain('not read, since they do not decide about placement: 2 ConfigMap')
    expect(out).toContain('warning: 1 pod is on a node that is not in the snapshot and is left out: shop/lost on gone')
  })
})

it('claims, volumes, classes and limits of nodes are read', () => {
  const mounting = pod('new', {}, { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] })
  const b = { ...node, metadata: { name: 'b', labels: { disk: 'ssd' } } }
  const claim = {
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'shop', name: 'data' },
    spec: { volumeName: 'v', resources: { requests: { storage: '1Gi' } } },
    status: { phase: 'Bound' },
  }
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }] }
  const volume = {
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: { capacity: { storage: '1Gi' }, nodeAffinity: { required }, csi: { driver: 'd', volumeHandle: '1' } },
  }
  const full = { kind: 'CSINode', metadata: { name: 'b' }, spec: { drivers: [{ name: 'd', allocatable: { count: 0 } }] } }
  expect(run(listed(node, b, mounting)).out).toContain('warning: 1 pod mounts a claim, which is not checked')
  const unlimited = run(listed(node, b, mounting, claim, volume)).out
  expect(unlimited).toContain("1 node: node(s) didn't match PersistentVolume's node affinity [VolumeBinding], preemption cannot help (a)")
  expect(unlimited).toContain('choice: b, the only feasible node')
  expect(run(listed(node, b, mounting, claim, volume, full)).out).toContain(
    '1 node: node(s) exceed max volume count [NodeVolumeLimits] (b)',
  )
  const waits = { kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'd', volumeBindingMode: 'WaitForFirstConsumer' }
  const unbound = { ...claim, spec: { storageClassName: 'fast' }, status: { phase: 'Pending' } }
  expect(run(listed(node, mounting, unbound)).out).toContain('refused before any filter: pod has unbound immediate PersistentVolumeClaims')
  expect(run(listed(node, mounting, unbound, waits)).out).toContain('choice: a, the only feasible node')
})

describe('forms of files', () => {
  const expected = 'shop/new: priority 0'
  const plain = { apiVersion: 'v1', items: [node, pod('new')], kind: 'List' }

  it.each<[string, string | Uint8Array]>([
    ['gzip', gzipSync(JSON.stringify(plain))],
    [
      'two typed lists without kinds of their items',
      ['Node', 'Pod'].map((kind, i) => JSON.stringify({ kind: `${kind}List`, items: [{ ...plain.items[i], kind: undefined }] })).join('\n'),
    ],
    [
      'the kind of the list after its items',
      ['Node', 'Pod'].map((kind, i) => JSON.stringify({ items: [{ ...plain.items[i], kind: undefined }], kind: `${kind}List` })).join('\n'),
    ],
    ['single objects', plain.items.map((one) => JSON.stringify(one)).join('\n')],
    ['YAML documents', plain.items.map((one) => stringify(one)).join('---\n')],
    ['a YAML list with indented items', stringify(plain, { indentSeq: true })],
    ['a YAML list as kubectl prints it', stringify(plain, { indentSeq: false })],
    [
      'texts with brackets, quotes and backslashes',
      JSON.stringify({ ...plain, items: [node, pod('new', { annotations: { x: `]}"\\{[${'\\"'.repeat(70_000)}` } })] }),
    ],
  ])('%s', (_, content) => expect(run(written(content)).out).toContain(expected))
})

describe('wrong input is refused with its place', () => {
  it.each<[string, () => string, RegExp]>([
    ['no file', () => join(folder, 'none'), /found no such file; accepted: a readable file/],
    ['no JSON', () => written('{"items": [{"kind": Node}]}'), /column items\[0\]: found text that is not JSON/],
    ['an early end', () => written('{"items": [{"kind": "Node"'), /found a document that ends early/],
    ['no node', () => listed(pod('new')), /found no object of kind Node; accepted: the output of kubectl get nodes,pods/],
    [
      'a quantity that is none',
      () => listed({ ...node, status: { allocatable: { cpu: 'two' } } }),
      /column Node a\.status\.allocatable\.cpu: found "two"; accepted: an amount of CPU/,
    ],
    [
      'a negative amount',
      () => listed({ ...node, status: { allocatable: { cpu: '-1' } } }),
      /Node a\.status\.allocatable\.cpu: found "-1"/,
    ],
    ['no capacity', () => listed({ ...node, status: {} }), /column Node a\.status\.allocatable: found nothing; accepted: the amounts/],
    ['the same object twice', () => listed(node, node), /column Node a: found the same object twice/],
    [
      'an operator that does not exist',
      () =>
        listed(
          node,
          pod(
            'new',
            {},
            {
              affinity: {
                nodeAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: 'x', operator: 'Is' }] }],
                  },
                },
              },
            },
          ),
        ),
      /nodeSelectorTerms\[0\]\.matchExpressions\[0\]\.operator: found "Is"; accepted: In, NotIn/,
    ],
    [
      'an unknown priority class',
      () => listed(node, pod('new', {}, { priorityClassName: 'hgih' })),
      /found "hgih"; accepted: a PriorityClass of the snapshot: system-node-critical/,
    ],
    ['YAML that is none', () => written('kind: Node\nmetadata: {name: a\n'), /found text that is not YAML/],
  ])('%s', (_, file, message) => {
    const { code, err, out } = run(file())
    expect([code, out]).toEqual([EXIT.wrong, ''])
    expect(err).toMatch(message)
  })

  it('a pod that is not in the snapshot', () => {
    expect(run(listed(node, pod('web-1')), ['shop/web-2']).err).toMatch(
      /--pod: found "shop\/web-2"; accepted: .* \(shop\/web-1 are pending\) \(did you mean shop\/web-1\?\)/,
    )
  })

  it('a plugin that does not exist, that has a wrong value, or that does what it must not', async () => {
    const plugin = join(folder, 'racks.js')
    writeFileSync(
      plugin,
      `export default { name: 'racks', depends: 'node', parameters: { fails: false },
  filter: (pod, node, cluster, { fails }) => (fails ? node.rack.name : node.pods().length === 0) || 'node(s) had pods' }`,
    )
    const running = { ...pod('old', {}, { nodeName: 'a', containers: [{ name: 'c' }] }), status: { phase: 'Running' } }
    const file = listed(node, running, pod('new'))
    const explained = async (given: string): Promise<string> => {
      let said = ''
      const screen = { write: (text: string) => ((said += text), true) }
      await explainCommand('schedule', file, { pod: [], plugin: [given] }, { out: screen, err: screen } as unknown as Screens)
      return said
    }
    expect(await explained(plugin)).toContain('choice: none. 0/1 nodes are available: 1 node(s) had pods.')
    expect(await explained(`{ file: ${plugin}, fails: true }`)).toMatch(/orchsim explain: racks: Cannot read .* \(racks\.js:2:\d+\)/)
    expect(await explained(`{ file: ${plugin}, weight: 0 }`)).toContain(
      '--plugin:1:1  weight  found 0; accepted: a whole number between 1 and 100',
    )
  })

  it('another decision', () => {
    const screen = { write: () => true }
    expect(explainCommand('binpack', '', { pod: [] }, { out: screen, err: screen } as unknown as Screens)).toBe(EXIT.wrong)
  })
})
