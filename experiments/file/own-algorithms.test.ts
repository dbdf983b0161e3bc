/** A user's own file for every family in one experiment; the test checks that each decides. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { simulate, Simulation } from '../../sim/index.ts'
import { planOf } from '../plan/plan.ts'
import { inputOf } from '../run/run.ts'
import { readExperiment } from './spec.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-own-'))
afterAll(() => rmSync(folder, { recursive: true }))

const FILES: Record<string, string> = {
  // Scheduling: the highest row that fits.
  'last.ts': `export default { name: 'last-node', score: (_pod: number, node: number) => node }`,
  // Binpacking as the estimator: a new node for each pod that waits.
  'lavish.ts': `import type { Packing, PackingProblem } from 'orchsim'
export default {
  name: 'lavish',
  pack: (problem: PackingProblem): Packing => ({
    bin: Int32Array.from({ length: problem.items }, (_, item) => problem.bins + item),
    opened: Array.from({ length: problem.items }, () => 0),
    leftOver: 0,
  }),
}`,
  'seven.ts': `import type { LoadView } from 'orchsim'
export default { name: 'seven', every: '10s', parameters: { wanted: 5 }, desired: (_load: LoadView, { wanted }: { wanted: number }) => wanted }`,
  'double.ts': `import type { UsageView } from 'orchsim'
export default { name: 'double-size', every: '10s', recommend: ({ request }: UsageView) => ({ cpu: Math.min(1000, request * 2) }) }`,
  'eager.ts': `import type { NodeChanges, NodesScalingView } from 'orchsim'
export default {
  name: 'eager',
  every: '5s',
  propose(view: NodesScalingView, out: NodeChanges) {
    if (view.pools[0].count < 6) out.add(view.pools[0].pool, 1)
  },
}`,
  // SLB: always the last backend.
  'stuck.ts': `import type { Backends } from 'orchsim'
export default { name: 'stuck', pick: (backends: Backends) => backends.count - 1 }`,
  'all.yaml': `name: all-own
replications: 1
horizon: 60s
warmup: 1s
start: empty
cluster: { pools: [{ name: general, count: 3, min: 1, max: 8, cpu: 4, memory: 8Gi, provision: 1s }] }
workload:
  services:
    - { name: web, replicas: 3, maxReplicas: 20, cpu: 250m, memory: 512Mi, objective: 1s, pull: 0s, start: 0s, probe: 0s, traffic: { rate: 20/s }, work: { cpu: 5ms } }
scheduling: { file: ./last.ts }
binpacking: { file: ./lavish.ts, role: estimator }
slb: { file: ./stuck.ts }
autoscaling:
  replicas: { file: ./seven.ts, wanted: 7 }
  sizes: { file: ./double.ts }
  nodes: { file: ./eager.ts }
`,
}
beforeAll(() => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
})

it("every family runs a user's own file, and its decisions are carried out", async () => {
  const read = await readExperiment(join(folder, 'all.yaml'))
  if (!('experiment' in read)) throw new Error(JSON.stringify(read.problems))
  const plan = planOf(read.experiment, 'test')
  const [run] = plan.runs
  const input = await inputOf({ scenario: plan.variants[run.variant].scenario, seed: run.seed, replication: run.replication })
  expect(Object.values(input.choices).map(({ definition }) => definition.name)).toEqual([
    'last-node',
    'fifo',
    'lavish',
    'stuck',
    'seven',
    'double-size',
    'eager',
  ])
  const simulation = new Simulation({ ...input, check: true })
  simulation.run()
  const { cluster, replicaSets, clients, servers } = simulation.parts
  // Replicas: the parameter of the file. Sizes: 250m doubled until 1000m. Nodes: six of a pool of three.
  expect(replicaSets.desired).toEqual([7])
  expect(replicaSets.shapeOf(0).cpu).toBe(1000)
  expect(cluster.nodes.ready).toBe(6)
  // Scheduling: the first three pods on the highest of three rows, which has room for all of them.
  const { pods } = cluster
  const first = [...Array(pods.count).keys()].filter((pod) => pods.order[pod] < 3).map((pod) => pods.node[pod])
  expect(first).toEqual([2, 2, 2])
  // SLB: one pod has done all the work since the last change of backends, some pods none at all.
  expect(clients.list[0].ledger.answered).toBeGreaterThan(1000)
  expect([...servers.used.slice(0, servers.high)].filter((used) => used === 0).length).toBeGreaterThan(0)
})

it('an own packer also places, in rounds', async () => {
  writeFileSync(
    join(folder, 'first.ts'),
    `import type { Packing, PackingProblem } from 'orchsim'
export default { name: 'row-zero', pack: (problem: PackingProblem): Packing => ({ bin: new Int32Array(problem.items), opened: [], leftOver: 0 }) }`,
  )
  writeFileSync(
    join(folder, 'rounds.yaml'),
    FILES['all.yaml']
      .replace('{ file: ./lavish.ts, role: estimator }', '{ file: ./first.ts, role: rounds }')
      .replace('name: all-own', 'name: rounds')
      .replace(/ {2}(replicas|sizes|nodes): .*\n/g, '')
      .replace('autoscaling:\n', ''),
  )
  const read = await readExperiment(join(folder, 'rounds.yaml'))
  if (!('experiment' in read)) throw new Error(JSON.stringify(read.problems))
  const plan = planOf(read.experiment, 'test')
  const simulation = new Simulation(await inputOf({ scenario: plan.variants[0].scenario, seed: 1, replication: 0 }))
  simulation.run()
  const { nodes } = simulation.parts.cluster
  expect([...nodes.podCount.slice(0, nodes.count)]).toEqual([3, 0, 0])
})

it('an own plugin of kube-scheduler: placements, and why pods found no node, in decisions and over time', async () => {
  writeFileSync(
    join(folder, 'few.ts'),
    `import type { OwnPlugin } from 'orchsim'
const few: OwnPlugin = {
  name: 'few', depends: 'node', parameters: { most: 1 },
  filter: (_pod, node, _cluster, { most }) => node.pods().length < Number(most) || 'node(s) had enough pods',
}
export default few`,
  )
  writeFileSync(
    join(folder, 'plugin.yaml'),
    FILES['all.yaml']
      .replace('name: all-own', 'name: plugin\ndecisions: 10')
      .replace('replicas: 3,', 'replicas: 7,')
      .replace('{ file: ./last.ts }', '{ name: kubernetes, plugins: [{ file: ./few.ts, most: 2 }] }')
      .replace(/(binpacking|slb|autoscaling|\s+replicas|\s+sizes|\s+nodes):[^,\n]*\.ts.*\n|autoscaling:\n/g, ''),
  )
  const read = await readExperiment(join(folder, 'plugin.yaml'))
  if (!('experiment' in read)) throw new Error(JSON.stringify(read.problems))
  const [{ scenario }] = planOf(read.experiment, 'test').variants
  const input = await inputOf({ scenario, seed: 1, replication: 0 })
  expect(input.ownAlgorithms).toEqual(['few'])
  const result = simulate({ ...input, check: true })
  expect(result.decisions?.list.map(({ outcome }) => outcome)).toEqual([...Array<string>(6).fill('bound'), 'no node'])
  expect(result.decisions?.list.at(-1)?.why).toBe('0 of 3 nodes: 3 node(s) had enough pods [few]')
  expect(result.series.columns.find(({ name }) => name === 'pending-plugin')?.values[0]).toBe(1)
})
