import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { goSort } from './go-sort.ts'
import { lowestPrice } from './instance-types.ts'
import { provision, type ProvisioningPlan } from './provisioner.ts'
import { Requirement, type Expression, type Operator } from './requirement.ts'
import { CAPACITY_TYPE, HOSTNAME, INSTANCE_TYPE, Requirements, ZONE } from './requirements.ts'
import type { InstanceType, NodePool, PendingPod, TopologyRule } from './specs.ts'

const ZONES = ['a', 'b', 'c']

/** An instance type of which 100 millicores are reserved, on demand and as spot in three zones; spot at half the price. */
function machine(name: string, cpu: number, price: number, change: Partial<InstanceType> = {}): InstanceType {
  const offerings = ZONES.flatMap((zone) =>
    ['on-demand', 'spot'].map((kind) => ({
      requirements: Requirements.labels({ [ZONE]: zone, [CAPACITY_TYPE]: kind }),
      price: kind === 'spot' ? price / 2 : price,
      available: true,
    })),
  )
  return {
    name,
    requirements: Requirements.labels({ [INSTANCE_TYPE]: name })
      .add(Requirement.in(ZONE, ...ZONES))
      .add(Requirement.in(CAPACITY_TYPE, 'on-demand', 'spot')),
    offerings,
    capacity: { cpu, memory: 8192, pods: 10 },
    allocatable: { cpu: cpu - 100, memory: 8192, pods: 10 },
    ...change,
  }
}

const TYPES = [machine('small', 1000, 1), machine('medium', 2000, 2), machine('large', 4000, 4)]

function pool(change: Partial<NodePool> = {}): NodePool {
  return { name: 'default', weight: 0, requirements: [], labels: {}, taints: [], limits: {}, instanceTypes: TYPES, ...change }
}

function pod(id: number, cpu: number, change: Partial<PendingPod> = {}): PendingPod {
  const free = { labels: {}, nodeSelector: {}, required: [], preferred: [], tolerations: [], rules: [] }
  return { id, requests: { cpu, memory: 100 }, ...free, ...change }
}

const pods = (count: number, cpu: number, change: Partial<PendingPod> = {}): PendingPod[] =>
  Array.from({ length: count }, (_, id) => pod(id, cpu, change))

const plan = (given: readonly PendingPod[], pools: readonly NodePool[] = [pool()], daemons: readonly PendingPod[] = []): ProvisioningPlan =>
  provision({ pools, pods: given, daemons, choose: (candidates) => candidates[0] })

const idsOf = ({ nodes }: ProvisioningPlan): number[][] => nodes.map((node) => node.pods.map(({ id }) => id).sort((a, b) => a - b))
const typesOf = ({ nodes }: ProvisioningPlan): string[][] => nodes.map(({ types }) => types.map(({ name }) => name))
const expression = (key: string, operator: Operator, ...values: string[]): Expression => ({ key, operator, values })

const rule = (change: Partial<TopologyRule>): TopologyRule => ({
  type: 'spread',
  key: ZONE,
  selector: { app: 'x' },
  maxSkew: 1,
  weight: null,
  ...change,
})

describe('packing', () => {
  test('a planned node keeps all instance types that are large enough: 900 millicores fit 1,000 less 100; 901 do not', () => {
    expect(typesOf(plan([pod(0, 900)]))).toEqual([['small', 'medium', 'large']])
    expect(typesOf(plan([pod(0, 901)]))).toEqual([['medium', 'large']])
  })

  test('the largest pod first; then the planned node with the fewest pods that takes it', () => {
    // 3000 opens a node of 3900; 1000 does not fit it and opens one; 900 goes to the first of two with one pod; 800 to the one with one pod
    const result = plan([pod(0, 800), pod(1, 1000), pod(2, 3000), pod(3, 900)])
    expect(idsOf(result).sort((a, b) => a[0] - b[0])).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(typesOf(result).flat().sort()).toEqual(['large', 'large', 'medium'].sort())
  })

  test('the number of pods is a resource: 11 pods need two nodes of 10', () => {
    expect(
      idsOf(plan(pods(11, 1)))
        .map((ids) => ids.length)
        .sort((a, b) => a - b),
    ).toEqual([1, 10])
  })

  test('what fits nowhere has a reason by pool', () => {
    const big = pod(0, 4000)
    expect(plan([big]).failed.get(big)).toEqual(['default: no instance type has enough resources'])
    const other = pod(1, 100, { nodeSelector: { [ZONE]: 'd' } })
    expect(plan([other]).failed.get(other)).toEqual(['default: no instance type meets the requirements or has an offering'])
    const unknown = pod(2, 100, { nodeSelector: { team: 'x' } })
    expect(plan([unknown]).failed.get(unknown)).toEqual(['default: requirements on team are not met'])
  })

  test('DaemonSets take their part of each type, unless a taint keeps them away', () => {
    const daemon = pod(99, 600)
    expect(typesOf(plan([pod(0, 400)], [pool()], [daemon]))).toEqual([['medium', 'large']])
    const tainted = pool({ taints: [{ key: 'team', value: '', effect: 'NoSchedule' }] })
    const tolerant = pod(0, 400, { tolerations: [{ key: 'team', operator: 'Exists', value: '', effect: '' }] })
    expect(typesOf(plan([tolerant], [tainted], [daemon]))).toEqual([['small', 'medium', 'large']])
  })
})

describe('pools', () => {
  test('the largest weight first, of equals the later name; a taint sends a pod to the next', () => {
    const taints = [{ key: 'team', value: '', effect: 'NoSchedule' }] as const
    const pools = [pool({ name: 'p1', weight: 5 }), pool({ name: 'p2', weight: 5 }), pool({ name: 'p3', weight: 9, taints })]
    const tolerant = pod(1, 3900, { tolerations: [{ key: 'team', operator: 'Equal', value: '', effect: 'NoSchedule' }] })
    expect(plan([pod(0, 3900), tolerant], pools).nodes.map((node) => [node.pool.name, node.pods[0].id])).toEqual([
      ['p2', 0],
      ['p3', 1],
    ])
  })

  test('limits count the largest instance type that a node can still be: 6 cores are one node of up to 4 and one of up to 2', () => {
    const limited = pool({ limits: { cpu: 6000 } })
    const result = plan(pods(3, 900, { rules: [rule({ type: 'anti-affinity', key: HOSTNAME })], labels: { app: 'x' } }), [limited])
    expect(typesOf(result)).toEqual([
      ['small', 'medium', 'large'],
      ['small', 'medium'],
    ])
    expect([...result.failed.values()]).toEqual([['default: all instance types exceed its limits']])
  })

  test('the requirements of pool and pods narrow offerings, and with them the price', () => {
    const spot = pool({ requirements: [expression(CAPACITY_TYPE, 'In', 'spot'), expression(ZONE, 'NotIn', 'b')] })
    const [node] = plan([pod(0, 900, { nodeSelector: { [ZONE]: 'a' } })], [spot]).nodes
    expect(node.requirements.get(ZONE).toString()).toBe('In a')
    expect(lowestPrice(TYPES[0], node.requirements)).toBe(0.5)
    expect(lowestPrice(TYPES[0], Requirements.labels({ [CAPACITY_TYPE]: 'on-demand' }))).toBe(1)
    expect(plan([pod(0, 1, { nodeSelector: { [ZONE]: 'b' } })], [spot]).nodes).toEqual([])
  })
})

describe('topology rules', () => {
  const app = { labels: { app: 'x' } }
  const zonesOf = ({ nodes }: ProvisioningPlan): string[] =>
    nodes.flatMap((node) => node.pods.map(() => node.requirements.get(ZONE).toString())).sort()

  test('a spread over zones with a skew of 1: 5 pods are 2, 2 and 1', () => {
    expect(zonesOf(plan(pods(5, 900, { ...app, rules: [rule({})] })))).toEqual(['In a', 'In a', 'In b', 'In b', 'In c'])
  })

  test('a spread counts only domains that the pod allows: of two zones 3 pods are 2 and 1', () => {
    const required = [[expression(ZONE, 'In', 'b', 'c')]]
    expect(zonesOf(plan(pods(3, 900, { ...app, required, rules: [rule({})] })))).toEqual(['In b', 'In b', 'In c'])
  })

  test('a spread over host names: the minimum is 0, so a skew of 2 is at most 2 on a node', () => {
    expect(idsOf(plan(pods(5, 100, { ...app, rules: [rule({ key: HOSTNAME, maxSkew: 2 })] }))).map((ids) => ids.length)).toEqual([2, 2, 1])
  })

  test('with fewer domains than minDomains the minimum counts as 0, and the second pod of a zone fails', () => {
    const few = (minDomains?: number): number => {
      const given = pods(5, 900, { ...app, nodeSelector: { [ZONE]: 'a' }, rules: [rule(minDomains === undefined ? {} : { minDomains })] })
      return plan(given).failed.size
    }
    expect([few(), few(2)]).toEqual([0, 4])
  })

  test('affinity to a zone: all pods follow the first one', () => {
    const given = pods(6, 900, { ...app, rules: [rule({ type: 'affinity' })] })
    const result = plan([pod(9, 1000, { ...app, nodeSelector: { [ZONE]: 'c' } }), ...given])
    expect(new Set(zonesOf(result))).toEqual(new Set(['In c']))
  })

  test('affinity to pods that are not there fails', () => {
    const lonely = pod(0, 100, { rules: [rule({ type: 'affinity', selector: { app: 'y' } })] })
    expect(plan([lonely]).failed.get(lonely)).toEqual([`default: no domain of ${ZONE} satisfies the topology rules`])
  })

  test('anti-affinity works both ways: the pod that is selected stays away too', () => {
    const shy = pod(0, 1000, { rules: [rule({ type: 'anti-affinity', key: HOSTNAME })] })
    expect(idsOf(plan([shy, pod(1, 100, app)]))).toEqual([[0], [1]])
    expect(idsOf(plan([shy, pod(1, 100)]))).toEqual([[0, 1]])
  })
})

describe('preferences', () => {
  test('the heaviest one is required first, and given up when it cannot be met', () => {
    const preferred = (...zones: string[]): PendingPod['preferred'] =>
      zones.map((zone, i) => ({ weight: zones.length - i, expressions: [expression(ZONE, 'In', zone)] }))
    const zoneOf = (given: PendingPod['preferred']): string =>
      plan([pod(0, 100, { preferred: given })])
        .nodes[0].requirements.get(ZONE)
        .toString()
    expect(zoneOf(preferred('b', 'c'))).toBe('In b')
    expect(zoneOf(preferred('nowhere', 'c'))).toBe('In c')
    expect(zoneOf(preferred('nowhere'))).toBe('')
  })

  test('alternatives of required affinity are tried in order, the last one stays required', () => {
    const required = (...zones: string[]): PendingPod => pod(0, 100, { required: zones.map((zone) => [expression(ZONE, 'In', zone)]) })
    expect(
      plan([required('nowhere', 'b')])
        .nodes[0].requirements.get(ZONE)
        .toString(),
    ).toBe('In b')
    expect(plan([required('nowhere', 'elsewhere')]).failed.size).toBe(1)
  })

  test('a soft spread and a soft taint are given up', () => {
    const soft = pod(0, 100, { rules: [rule({ selector: { app: 'y' }, key: 'rack', weight: 1 })] })
    const tainted = pool({ taints: [{ key: 'old', value: '', effect: 'PreferNoSchedule' }] })
    expect(plan([soft], [tainted]).failed.size).toBe(0)
    expect(plan([{ ...soft, rules: [{ ...soft.rules[0], weight: null }] }], [tainted]).failed.size).toBe(1)
  })
})

describe('properties', () => {
  const values = ['1', '2', '3', '7', 'x', 'y']
  const expressions = fc.oneof(
    fc
      .tuple(fc.constantFrom<Operator[]>('In', 'NotIn'), fc.subarray(values))
      .filter(([operator, given]) => operator === 'In' || given.length > 0)
      .map(([operator, given]) => expression('k', operator, ...given)),
    fc.constantFrom<Operator[]>('Exists', 'DoesNotExist').map((operator) => expression('k', operator)),
    fc
      .tuple(fc.constantFrom<Operator[]>('Gt', 'Lt', 'Gte', 'Lte'), fc.integer({ min: 0, max: 8 }))
      .map(([operator, bound]) => expression('k', operator, String(bound))),
  )

  test('both requirements together allow exactly the values that each of them allows', () => {
    fc.assert(
      fc.property(expressions, expressions, expressions, (x, y, z) => {
        const [a, b, c] = [x, y, z].map(Requirement.of)
        const all = a.and(b).and(c)
        for (const value of [...values, '5', 'other']) expect(all.has(value)).toBe(a.has(value) && b.has(value) && c.has(value))
      }),
    )
  })

  test('two requirements intersect when some value satisfies both', () => {
    const universe = [...values, '0', '4', '5', '6', '8', '9', 'other']
    fc.assert(
      fc.property(expressions, expressions, (x, y) => {
        const [a, b] = [Requirement.of(x), Requirement.of(y)]
        if (universe.some((value) => a.has(value) && b.has(value))) expect(a.intersects(b)).toBe(true)
        if (!a.complement || !b.complement) expect(a.intersects(b)).toBe(universe.some((value) => a.has(value) && b.has(value)))
      }),
    )
  })

  test("Go's sort sorts and keeps every element; up to 12 elements it is stable", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6), { maxLength: 200 }), (keys) => {
        const list = keys.map((key, index) => ({ key, index }))
        goSort(list, (a, b) => a.key < b.key)
        expect(list.map(({ key }) => key)).toEqual([...keys].sort((a, b) => a - b))
        expect(new Set(list.map(({ index }) => index)).size).toBe(keys.length)
        if (keys.length <= 12)
          for (let i = 1; i < list.length; i++)
            if (list[i].key === list[i - 1].key) expect(list[i].index).toBeGreaterThan(list[i - 1].index)
      }),
    )
  })

  test('every pod is planned once or failed, and every type of a planned node holds its pods', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4200 }), { maxLength: 30 }), (requests) => {
        const { nodes, failed } = plan(requests.map((cpu, id) => pod(id, cpu)))
        const seen = [...nodes.flatMap((node) => node.pods.map(({ id }) => id)), ...[...failed.keys()].map(({ id }) => id)]
        expect(seen.sort((a, b) => a - b)).toEqual(requests.map((_, id) => id))
        for (const node of nodes) {
          const cpu = node.pods.reduce((total, one) => total + one.requests['cpu'], 0)
          expect(node.types.length).toBeGreaterThan(0)
          for (const type of node.types) expect(cpu).toBeLessThanOrEqual(type.allocatable['cpu'])
        }
      }),
    )
  })
})
