/** Balancers that share what they know alike, and hear of it late, against twins of their own that are notified of everything at once. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valuesOf, type ParameterValue } from '../common/define.ts'
import { NONE } from '../common/ids.ts'
import { Streams } from '../random/stream.ts'
import { balancers } from '../slb/index.ts'
import { Outcome, type Balancer, type BalancingContext } from '../slb/policy.ts'
import { BalancerInstance } from './balancer-instance.ts'
import { EndpointSlots } from './endpoint-slots.ts'
import { ServiceBalancers } from './service-balancers.ts'
import { slowCases } from '../testing/cases.ts'

const INSTANCES = 4

/** Parameters other than the defaults that keep other structures. */
const further: Readonly<Record<string, readonly Readonly<Record<string, ParameterValue>>[]>> = {
  'source-hash': [{ hash: 'ring' }, { hash: 'rendezvous' }],
  'power-of-d': [{ choices: 3, memory: 2 }],
  'least-response-time': [{ average: 'peak-ewma' }, { among: 'two' }],
}

const members = balancers.all.flatMap((definition) =>
  [{}, ...(further[definition.name] ?? [])].map((given) => ({ name: `${definition.name} ${JSON.stringify(given)}`, definition, given })),
)

interface Step {
  readonly action: number
  readonly which: number
  readonly instance: number
  readonly weight: number
  readonly client: number
}

/** A service with its instances, driven by steps; each pick is compared with that of the instance's twin. */
class Service {
  private now = 0
  private readonly heard = { time: NONE }
  private shared: object | undefined
  private readonly slots = new EndpointSlots()
  private readonly instances: readonly BalancerInstance[]
  private readonly group: ServiceBalancers
  private readonly twins: readonly Balancer[]
  private readonly pods: number[] = []
  private next = 0
  private readonly sent: { readonly instance: number; readonly slot: number; readonly epoch: number; readonly time: number }[] = []
  private readonly last = new Int32Array(INSTANCES).fill(NONE)
  /** Requests behind each slot, whoever sent them. */
  private readonly inside = new Int32Array(200)
  picks = 0

  constructor(create: (context: BalancingContext) => Balancer) {
    const context = (i: number, now: () => number): BalancingContext => ({
      random: new Streams('shared', 0).stream(`balancer-${i}`),
      now,
      wakeAt: () => undefined,
      probe: () => undefined,
    })
    const heardTime = () => (this.heard.time === NONE ? this.now : this.heard.time)
    const shared = <T extends object>(make: () => T) => {
      const leads = this.shared === undefined
      if (leads) this.shared = make()
      return { value: this.shared as T, leads }
    }
    const rows = Array.from({ length: INSTANCES }, (_, i) => i)
    this.instances = rows.map((i) => new BalancerInstance(create({ ...context(i, heardTime), shared }), this.slots))
    this.twins = rows.map((i) => create(context(i, () => this.now)))
    this.group = new ServiceBalancers(this.slots, this.instances, this.heard, () => this.shared !== undefined)
  }

  step({ action, which, instance, weight, client }: Step): void {
    this.now += 1000
    if (action === 0) this.add(weight)
    else if (action === 1) this.remove(which)
    else if (action < 5) this.pick(instance, client, action === 2)
    else this.end(which)
  }

  private add(weight: number): void {
    const pod = this.next++
    this.pods.push(pod)
    this.group.added(pod, pod, 0, weight, this.now)
    const slot = this.slots.slotOf(pod, 0)
    for (const twin of this.twins) twin.added(slot, weight)
  }

  private remove(which: number): void {
    if (this.pods.length === 0) return
    const [pod] = this.pods.splice(which % this.pods.length, 1)
    const slot = this.slots.slotOf(pod, 0)
    this.group.removed(pod, this.now)
    this.inside[slot] = 0
    for (const twin of this.twins) twin.removed(slot)
  }

  private pick(instance: number, client: number, retry: boolean): void {
    const last = retry ? this.last[instance] : NONE
    const exclude = last !== NONE && this.slots.present[last] === 1 ? last : NONE
    const request = { client, attempt: retry ? 1 : 0, queued: 0 }
    const slot = this.instances[instance].pick(request, exclude)
    expect(slot).toBe(this.twins[instance].pick(request, exclude))
    this.last[instance] = slot
    if (slot < 0) return
    this.picks++
    this.sent.push({ instance, slot, epoch: this.slots.slotEpoch[slot], time: this.now })
    this.report(slot, 1)
  }

  /** The pod reports to whoever listens. */
  private report(slot: number, change: number): void {
    this.inside[slot] += change
    for (const { balancer } of this.instances) balancer.reported?.(slot, this.inside[slot])
    for (const twin of this.twins) twin.reported?.(slot, this.inside[slot])
  }

  private end(which: number): void {
    if (this.sent.length === 0) return
    const [{ instance, slot, epoch, time }] = this.sent.splice(which % this.sent.length, 1)
    this.instances[instance].ended(slot, epoch, this.now - time, Outcome.Answered)
    if (this.slots.slotEpoch[slot] !== epoch) return
    this.twins[instance].ended(slot, this.now - time, Outcome.Answered)
    this.report(slot, -1)
  }
}

const steps = (maxWeight: number) =>
  fc.array(
    fc.record({
      action: fc.nat(6),
      which: fc.nat(30),
      instance: fc.nat(INSTANCES - 1),
      weight: fc.integer({ min: 1, max: maxWeight }),
      client: fc.integer({ min: -1, max: 20 }),
    }),
    { maxLength: 150, size: 'max' },
  )

describe.each(members)('$name', ({ definition, given }) => {
  it.each([1, 3])('four instances pick as four twins do that share nothing, weights up to %d', (maxWeight) => {
    let picks = 0
    fc.assert(
      fc.property(steps(maxWeight), (history) => {
        const service = new Service((context) => definition.create(valuesOf(definition.parameters, given), context))
        for (const step of history) service.step(step)
        picks += service.picks
      }),
      { numRuns: slowCases(60, 6), seed: 3 },
    )
    expect(picks).toBeGreaterThan(slowCases(200, 8))
  })
})

describe('an instance that sends nothing', () => {
  it('is notified of nothing, and of all changes in order, with their times, before its first pick', () => {
    const heard: string[] = []
    const time = { time: NONE }
    const balancer = (name: string): Balancer => ({
      added: (slot, weight) => void heard.push(`${name} ${slot} added (${weight}) at ${time.time}`),
      removed: (slot) => void heard.push(`${name} ${slot} removed at ${time.time}`),
      pick: () => 0,
      ended: () => undefined,
    })
    const slots = new EndpointSlots()
    const [first, second] = ['first', 'second'].map((name) => new BalancerInstance(balancer(name), slots))
    const group = new ServiceBalancers(slots, [first, second], time, () => false)
    group.added(7, 70, 0, 3, 100)
    group.removed(7, 200)
    group.added(8, 80, 0, 2, 300)
    expect(heard).toEqual(['first 0 added (3) at -1', 'first 0 removed at -1', 'first 0 added (2) at -1'])
    heard.length = 0
    second.pick({ client: NONE, attempt: 0, queued: 0 }, NONE)
    expect(heard).toEqual(['second 0 added (3) at 100', 'second 0 removed at 200', 'second 0 added (2) at 300'])
    expect(time.time).toBe(NONE)
    group.removed(8, 400)
    expect(heard.slice(3)).toEqual(['first 0 removed at -1', 'second 0 removed at -1'])
  })
})
