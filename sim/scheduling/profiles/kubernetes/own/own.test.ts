import { describe, expect, test } from 'vitest'
import { NONE } from '../../../../common/ids.ts'
import { Cluster } from '../../../../cluster/cluster.ts'
import { shape, template } from '../../../../testing/cluster.ts'
import { KubeIndex } from '../indexed/index.ts'
import { profileOf } from '../profile.ts'
import { adoptPlugin } from './adopt.ts'
import { pluginRun } from './own.fixture.ts'
import type { PluginRun } from './plugin-run.ts'
import type { OwnPlugin } from './policy.ts'

const problemsOf = (exported: unknown): readonly string[] => {
  const adopted = adoptPlugin(exported)
  return 'problems' in adopted ? adopted.problems : []
}

describe('what is accepted as a plugin', () => {
  const filter = (): boolean => true
  test.each([
    ['no object', 5, 'the default export must be an object with a name and filter or score, found number'],
    ['no function', { name: 'a', depends: 'node' }, 'a plugin needs a function filter or score, found name, depends'],
    ['no depends', { name: 'a', filter }, 'depends must be one of static, node, pods, found nothing'],
    ['another depends', { name: 'a', filter, depends: 'cluster' }, 'depends must be one of static, node, pods, found "cluster"'],
    [
      'another normalize',
      { name: 'a', score: () => 1, depends: 'node', normalize: 'max' },
      'normalize must be one of highest, lowest, found "max"',
    ],
    [
      'normalize without score',
      { name: 'a', filter, depends: 'node', normalize: 'highest' },
      'normalize needs a function score, found none',
    ],
    [
      'a parameter with the name of a key',
      { name: 'a', filter, depends: 'node', parameters: { weight: 1 } },
      'parameters.weight has the name of a key that every plugin has beside file; accepted: another name',
    ],
  ])('%s', (_, exported, problem) => expect(problemsOf(exported)).toEqual([problem]))
})

/** Three nodes of 4 cores with the labels rack 1, 2 and 3, and the index with the plugins only. */
function placing(own: readonly PluginRun[]) {
  const cluster = new Cluster()
  for (const rack of ['1', '2', '3']) cluster.addNode(template({ cpu: 4000, labels: { rack }, zone: 'a' }), 0)
  const random = { next: () => 0, int: () => 0 }
  const index = new KubeIndex(profileOf({ scores: [], own }), { random, first: true })
  return {
    cluster,
    place: (app = 'web'): number => {
      const pod = cluster.createPod(shape({ cpu: 1000, labels: { app } }), NONE, 0)
      const node = index.place(pod, cluster.view)
      if (node === NONE) cluster.deletePending(pod)
      else cluster.bind(pod, node, NONE, 0)
      return node
    },
  }
}

type Ask = (label: string) => void
const counted = (make: (ask: Ask) => OwnPlugin) => {
  const asked: string[] = []
  const { place } = placing([pluginRun(make((label) => void asked.push(label)))])
  const nodes = [place(), place(), place('db')]
  return { nodes, asked }
}

describe('when a plugin is asked', () => {
  const asking =
    (depends: OwnPlugin['depends'], score: (rack: number, free: number) => number) =>
    (ask: Ask): OwnPlugin => ({
      name: 'asked',
      depends,
      score: (pod, node) => {
        ask(`${pod.labels['app']}${node.labels['rack']}`)
        return score(Number(node.labels['rack']), depends === 'static' ? 4000 : node.free('cpu'))
      },
    })

  test('static: once for each class and node', () => {
    expect(counted(asking('static', (rack) => rack))).toEqual({ nodes: [2, 2, 2], asked: ['web1', 'web2', 'web3', 'db1', 'db2', 'db3'] })
  })

  test('node: again for the node that got a pod', () => {
    expect(counted(asking('node', (rack, free) => Math.min(100, 10 * rack + (free < 4000 ? 50 : 0))))).toEqual({
      nodes: [2, 2, 2],
      asked: ['web1', 'web2', 'web3', 'web3', 'db1', 'db2', 'db3'],
    })
  })

  test('pods: for every pod', () => {
    expect(counted(asking('pods', (rack) => rack)).asked).toEqual(['web1', 'web2', 'web3', 'web1', 'web2', 'web3', 'db1', 'db2', 'db3'])
  })
})

test("scores 3, 6 and 9: with 'highest' 33, 66 and 100, with 'lowest' 67, 34 and 0; with weights 2 and 1 the sums are 133, 166 and 200", () => {
  const tripled = (name: string, normalize: OwnPlugin['normalize'], weight: number): PluginRun =>
    pluginRun({ name, depends: 'static', score: (_, node) => 3 * Number(node.labels['rack']), ...(normalize && { normalize }) }, { weight })
  expect(placing([tripled('a', 'highest', 2), tripled('b', 'lowest', 1)]).place()).toBe(2)
  expect(placing([tripled('a', 'highest', 1), tripled('b', 'lowest', 2)]).place()).toBe(0)
  expect(placing([tripled('a', 'highest', 1), tripled('b', 'lowest', 1)]).place()).toBe(0) // 100 each: the first
})

test('weight, point and parameters: a filter that is switched off refuses nothing', () => {
  const plugin: OwnPlugin = {
    name: 'racks',
    depends: 'static',
    parameters: { rack: 2 },
    filter: (_pod, node, _cluster, { rack }) => Number(node.labels['rack']) >= Number(rack),
    score: (_pod, node) => 100 - Number(node.labels['rack']),
  }
  expect(placing([pluginRun(plugin)]).place()).toBe(1)
  expect(placing([pluginRun(plugin, {}, { rack: 3 })]).place()).toBe(2)
  expect(placing([pluginRun(plugin, {}, { rack: 4 })]).place()).toBe(NONE)
  expect(placing([pluginRun(plugin, { point: 'score' }, { rack: 4 })]).place()).toBe(0)
})

describe('what a plugin must not answer or read', () => {
  const node = (filter: OwnPlugin['filter']): OwnPlugin => ({ name: 'p', depends: 'node', filter: filter! })
  const score = (answer: unknown, more: Partial<OwnPlugin> = {}): OwnPlugin => ({
    name: 'p',
    depends: 'node',
    score: () => answer as number,
    ...more,
  })
  test.each<readonly [string, OwnPlugin, string]>([
    [
      'a fraction',
      score(1.5),
      "score of node node-0 must be a whole number from 0 to 100, or with normalize: 'highest' or 'lowest' one from 0 on; found 1.5",
    ],
    ['above 100', score(101), 'found 101'],
    ['a negative raw score', score(-1, { normalize: 'highest' }), 'score of node node-0 must be a whole number from 0 on; found -1'],
    ['nothing', score(undefined), 'found undefined'],
    ['a promise', score(Promise.resolve(1)), 'found a promise; the function must not be async'],
    ['an empty reason', node(() => ''), 'must return true, false or why the pod may not run there, found ""'],
    ['a number', node(() => 1 as never), 'p: filter of node node-0 must return true, false or why the pod may not run there, found 1'],
    [
      'other nodes',
      node((_pod, _node, { nodes }) => nodes.length > 0),
      "p: reads cluster.nodes, and declares depends: 'node'; accepted: depends: 'pods'",
    ],
    [
      'the pods of a node',
      { name: 'p', depends: 'static', filter: (_pod, one) => one.pods().length === 0 },
      "p: reads node.pods, and declares depends: 'static'; accepted: depends: 'node' or 'pods'",
    ],
  ])('%s', (_, plugin, message) => {
    const { place } = placing([pluginRun(plugin)])
    expect(() => place()).toThrow(message)
  })
})
