import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress, parseSubnet } from './addresses.ts'
import { parseConstraint, satisfies } from './constraints.ts'
import { GenericResources } from './generic-resources.ts'
import { FAILURE_WINDOW } from './node.ts'
import { SwarmScheduler } from './scheduler.ts'
import { PLAIN_TASK, type SwarmNodeSpec, type SwarmTaskSpec } from './specs.ts'

const SECOND = 1_000_000

function nodeSpec(id: string, change: Partial<SwarmNodeSpec> = {}): SwarmNodeSpec {
  const usual = { hostname: `host-${id}`, role: 'worker', os: 'linux', architecture: 'x86_64', address: '10.0.0.1' } as const
  const free = { availability: 'active', state: 'ready', cpu: 4000, memory: 8192, generic: {}, nodeLabels: {}, engineLabels: {} } as const
  return { id, ...usual, ...free, ...change }
}

const service = (change: Partial<SwarmTaskSpec> = {}): SwarmTaskSpec => ({ ...PLAIN_TASK, service: 'a', version: 1, ...change })

/** A swarm whose collections are walked in the order of insertion. */
class Swarm {
  readonly scheduler = new SwarmScheduler((list) => list)
  now = 0
  readonly names: string[] = []

  constructor(...nodes: SwarmNodeSpec[]) {
    for (const node of nodes) {
      this.scheduler.describe(node)
      this.names.push(node.id)
    }
    this.pass(1)
  }

  running(spec: SwarmTaskSpec, ...counts: number[]): this {
    for (const [i, count] of counts.entries()) for (let k = 0; k < count; k++) this.scheduler.createRunning(spec, this.names[i])
    return this
  }

  /** Creates tasks and returns how many of them each node got. */
  create(spec: SwarmTaskSpec, count: number): number[] {
    const tasks = Array.from({ length: count }, () => this.scheduler.create(spec))
    this.pass(3)
    return this.names.map((name) => tasks.filter((task) => this.scheduler.nodeOf(task) === name).length)
  }

  pass(seconds: number): void {
    this.scheduler.settle(this.now, this.now + seconds * SECOND)
    this.now += seconds * SECOND
  }

  /** The explanation on a task that finds no node. */
  explain(spec: SwarmTaskSpec): string {
    const task = this.scheduler.create(spec)
    this.pass(3)
    return this.scheduler.errorOf(task)
  }
}

const abc = (): Swarm => new Swarm(nodeSpec('n0'), nodeSpec('n1'), nodeSpec('n2'))
const zones = (...values: string[]): Swarm =>
  new Swarm(...values.map((zone, i) => nodeSpec(`n${i}`, { nodeLabels: zone === '' ? {} : { zone } })))

describe('order of nodes', () => {
  test('fills a node until the next one is better: of 0, 2 and 4 tasks the first is left at 3, the second at 5', () => {
    const got = (count: number): number[] => abc().running(service(), 0, 2, 4).create(service(), count)
    expect(got(3)).toEqual([3, 0, 0]) // at 2 it is equal to the second, which is not better
    expect(got(6)).toEqual([3, 3, 0])
    expect(got(8)).toEqual([4, 3, 1]) // one for the third, then in turn: the first
  })

  test('tasks of other services break ties only: 1 task of a weighs more than 9 of b', () => {
    const swarm = abc()
      .running(service(), 1, 0, 0)
      .running(service({ service: 'b' }), 0, 9, 8)
    expect(swarm.create(service(), 1)).toEqual([0, 0, 1]) // a: 1, 0, 0; all: 1, 9, 8
  })

  test('nodes are not sorted again: 0, 0 and 4 running and 8 more are 2, 5 and 5; placed one by one 4, 4 and 4', () => {
    const swarm = (): Swarm =>
      abc()
        .running(service(), 0, 0, 4)
        .running(service({ service: 'b' }), 0, 1, 0)
    // n0 1; n1 1 to 5, since n2 with 4 is better only then; n2 5; in turn n0 2
    expect(swarm().create(service(), 8)).toEqual([2, 5, 1])
    expect(swarm().create(service({ version: null }), 8)).toEqual([4, 4, 0])
  })

  test('a task that is to be shut down counts no longer but keeps its reservation', () => {
    const big = service({ cpu: 3000 })
    const swarm = new Swarm(nodeSpec('n0'), nodeSpec('n1'))
    const task = swarm.scheduler.createRunning(big, 'n0')
    swarm.scheduler.createRunning(service(), 'n1')
    swarm.scheduler.shutDown(task)
    expect(swarm.create(service(), 1)).toEqual([1, 0]) // active: 0 and 1
    expect(swarm.create(big, 1)).toEqual([0, 1]) // free: 1000 and 4000
    swarm.scheduler.remove(task)
    expect(swarm.create(big, 1)).toEqual([1, 0])
  })

  test('five failures of the version within five minutes put the node last, four do not, and the sixth minute forgets', () => {
    const swarm = new Swarm(nodeSpec('n0'), nodeSpec('n1')).running(service({ service: 'b' }), 0, 1)
    const place = (spec = service()): string | null => {
      const task = swarm.scheduler.create(spec)
      swarm.pass(3)
      const node = swarm.scheduler.nodeOf(task)
      swarm.scheduler.fail(task, swarm.now)
      swarm.pass(3)
      return node
    }
    expect([1, 2, 3, 4, 5, 6].map(() => place())).toEqual(['n0', 'n0', 'n0', 'n0', 'n0', 'n1'])
    expect(place(service({ version: 2 }))).toBe('n0') // another version
    swarm.pass(FAILURE_WINDOW / SECOND)
    expect(place()).toBe('n0')
  })
})

describe('spread preferences', () => {
  const spread = service({ preferences: ['node.labels.zone'] })

  test('branches get equal shares, whatever their number of nodes: 6 tasks on zones of 1 and 2 nodes are 3 and 3', () => {
    const [first, ...others] = zones('a', 'b', 'b').create(spread, 6)
    expect([first, others[0] + others[1]]).toEqual([3, 3])
  })

  test('a missing label is the value "", a branch of its own; the remainder goes to the first branches', () => {
    expect(zones('', 'a').create(spread, 3)).toEqual([2, 1])
  })

  test('counts what runs: 4 and 0 running, 2 more go to the second zone', () => {
    expect(zones('a', 'b').running(spread, 4, 0).create(spread, 2)).toEqual([0, 2])
  })

  test('a full branch gives its share to the others', () => {
    const swarm = new Swarm(nodeSpec('n0', { cpu: 1000, nodeLabels: { zone: 'a' } }), nodeSpec('n1', { nodeLabels: { zone: 'b' } }))
    expect(swarm.create(service({ preferences: ['node.labels.zone'], cpu: 1000 }), 5)).toEqual([1, 4])
  })

  test('two levels, engine labels inside zones; an unknown descriptor is no level', () => {
    const node = (id: string, zone: string, rack: string): SwarmNodeSpec => nodeSpec(id, { nodeLabels: { zone }, engineLabels: { rack } })
    const swarm = new Swarm(node('n0', 'a', '1'), node('n1', 'b', '1'), node('n2', 'b', '2'))
    const spec = service({ preferences: ['NODE.LABELS.zone', 'node.hostname', 'engine.labels.rack'] })
    expect(swarm.create(spec, 8)).toEqual([4, 2, 2])
  })
})

describe('filters and their explanation', () => {
  test('each filter in its words, the one that excludes most nodes first', () => {
    const swarm = new Swarm(
      nodeSpec('n0', { availability: 'drain' }),
      nodeSpec('n1', { cpu: 500 }),
      nodeSpec('n2', { cpu: 500 }),
      nodeSpec('n3', { role: 'manager' }),
    )
    const task = service({ cpu: 1000, constraints: [parseConstraint('node.role == worker')] })
    expect(swarm.explain(task)).toBe(
      'no suitable node (insufficient resources on 2 nodes; 1 node not available for new tasks; scheduling constraints not satisfied on 1 node)',
    )
  })

  test('platforms: amd64 is x86_64, an empty part matches all', () => {
    const swarm = new Swarm(nodeSpec('n0'), nodeSpec('n1', { architecture: 'aarch64' }))
    expect(swarm.create(service({ platforms: [{ os: '', architecture: 'arm64' }] }), 2)).toEqual([0, 2])
    expect(swarm.create(service({ service: 'b', platforms: [{ os: 'linux', architecture: 'amd64' }] }), 1)).toEqual([1, 0])
    expect(swarm.explain(service({ platforms: [{ os: 'windows', architecture: '' }] }))).toBe(
      'no suitable node (unsupported platform on 2 nodes)',
    )
  })

  test('a host port is used once per node and protocol; a limit of replicas per node', () => {
    const swarm = abc()
    const port = service({ hostPorts: ['tcp/80'] })
    expect(swarm.create(port, 4)).toEqual([1, 1, 1])
    expect(swarm.create(service({ service: 'b', hostPorts: ['udp/80'] }), 3)).toEqual([1, 1, 1])
    expect(swarm.explain(port)).toBe('no suitable node (host-mode port already in use on 3 nodes)')
    const limited = service({ service: 'c', maxReplicas: 2 })
    expect(swarm.create(limited, 7)).toEqual([2, 2, 2])
    expect(swarm.explain(limited)).toBe('no suitable node (max replicas per node limit exceed)')
  })

  test('generic resources: 3 and 5 GPUs by twos are 1 and 2 tasks', () => {
    const swarm = new Swarm(nodeSpec('n0', { generic: { gpu: 3 } }), nodeSpec('n1', { generic: { gpu: ['a', 'b', 'c', 'd', 'e'] } }))
    expect(swarm.create(service({ generic: { gpu: 2 } }), 6)).toEqual([1, 2])
  })

  test('what waits is placed when a node joins or capacity is freed', () => {
    const swarm = new Swarm(nodeSpec('n0', { cpu: 1000 }))
    const spec = service({ cpu: 1000 })
    const [first, second, third] = [1, 2, 3].map(() => swarm.scheduler.create(spec))
    swarm.pass(3)
    expect([first, second, third].map((task) => swarm.scheduler.nodeOf(task))).toEqual(['n0', null, null])
    swarm.scheduler.describe(nodeSpec('n1', { cpu: 1000 }))
    swarm.pass(3)
    expect(swarm.scheduler.nodeOf(second)).toBe('n1')
    swarm.scheduler.remove(first)
    swarm.pass(3)
    expect(swarm.scheduler.nodeOf(third)).toBe('n0')
  })

  test('a waiting task of an old version is given up once a newer one is published', () => {
    const swarm = new Swarm(nodeSpec('n0', { cpu: 0 }))
    const task = swarm.scheduler.create(service({ cpu: 1 }))
    swarm.pass(3)
    swarm.scheduler.publish('a', 2)
    swarm.scheduler.describe(nodeSpec('n0', { cpu: 0 }))
    swarm.pass(3)
    swarm.scheduler.describe(nodeSpec('n0'))
    swarm.pass(3)
    expect(swarm.scheduler.nodeOf(task)).toBeNull()
  })

  test('tasks of global services are confirmed on their node, or wait with the reason', () => {
    const swarm = abc()
    const spec = service({ cpu: 4000 })
    const fits = swarm.scheduler.createPreassigned(spec, 'n1')
    const waits = swarm.scheduler.createPreassigned(spec, 'n1')
    swarm.pass(1)
    expect([fits, waits].map((task) => swarm.scheduler.nodeOf(task))).toEqual(['n1', null])
    expect(swarm.scheduler.errorOf(waits)).toBe('insufficient resources on 1 node')
    expect(() => swarm.scheduler.createPreassigned(spec, 'x')).toThrow('node "x" is not known; accepted: n0, n1, n2')
  })
})

describe('constraints', () => {
  const node = nodeSpec('N1', { address: '192.168.7.9', nodeLabels: { Zone: 'East' }, engineLabels: { disk: 'ssd' } })
  const holds = (text: string): boolean => satisfies(node, parseConstraint(text))

  test.each([
    ['node.id == n1', true],
    ['NODE.HOSTNAME != other', true],
    ['node.role==Worker', true],
    ['node.platform.os == linux', true],
    ['node.platform.arch != x86_64', false],
    ['node.labels.Zone == EAST', true],
    ['node.labels.zone == east', false], // labels are read with regard to case
    ['node.labels.none != x', true],
    ['Engine.Labels.disk == ssd', true],
    ['node.ip == 192.168.7.9', true],
    ['node.ip != 192.168.0.0/16', false],
    ['node.ip == 192.168.6.0/23', true],
    ['node.ip == 192.168.8.0/23', false],
    ['node.ip != ::/0', true],
    ['node.ip != east', false], // neither address nor subnet
    ['node.other != x', false],
  ])('%s: %s', (text, expected) => expect(holds(text)).toBe(expected))

  test('refuses what is none, naming what is accepted', () => {
    expect(() => parseConstraint('zone = a')).toThrow('no operator; accepted: KEY == VALUE')
    expect(() => parseConstraint('1a == b')).toThrow('key "1a"')
    expect(() => parseConstraint('node.id == a{b')).toThrow('value "a{b"')
  })

  test('IPv6 addresses: a run of zeros may be left out once', () => {
    expect(parseAddress('2001:db8::2')).toEqual([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    expect(parseAddress('::ffff:10.0.0.1')).toEqual(parseAddress('10.0.0.1'))
    for (const text of ['1::2::3', '1:2:3', '10.0.0', '10.0.0.256', 'g::', '']) expect(parseAddress(text)).toBeNull()
    expect(parseSubnet('2001:db8::/33')!(parseAddress('2001:db8:7fff::1'))).toBe(true)
    expect(parseSubnet('2001:db8::/33')!(parseAddress('2001:db8:8000::1'))).toBe(false)
    expect(parseSubnet('10.0.0.0/33')).toBeNull()
  })
})

describe('properties', () => {
  test('generic resources: what is claimed and released is what was there', () => {
    fc.assert(
      fc.property(fc.nat(8), fc.array(fc.nat(4), { maxLength: 6 }), (total, asked) => {
        const names = Array.from({ length: total }, (_, i) => `g${i}`)
        for (const amount of [total, names]) {
          const free = new GenericResources({ gpu: amount })
          const claims = asked.filter((count) => free.hasEnough({ gpu: count })).map((count) => free.claim({ gpu: count }))
          for (const claim of claims) free.release(claim)
          expect(free.hasEnough({ gpu: total })).toBe(total > 0)
          expect(free.hasEnough({ gpu: total + 1 })).toBe(false)
        }
      }),
    )
  })

  test('empty equal nodes differ by at most one task, and what does not fit waits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(40), fc.integer({ min: 1, max: 5 }), (count, tasks, limit) => {
        const swarm = new Swarm(...Array.from({ length: count }, (_, i) => nodeSpec(`n${i}`)))
        const got = swarm.create(service({ maxReplicas: limit }), tasks)
        expect(Math.max(...got) - Math.min(...got)).toBeLessThanOrEqual(1)
        expect(got.reduce((sum, one) => sum + one, 0)).toBe(Math.min(tasks, count * limit))
      }),
    )
  })
})
