/** A balancer in its place: slots, what outlives them, and answers that no balancer may give. */
import { describe, expect, it } from 'vitest'
import { NO_BACKEND } from '../slb/policy.ts'
import type { Balancer } from '../slb/policy.ts'
import { BalancerInstance } from './balancer-instance.ts'
import { EndpointSlots } from './endpoint-slots.ts'
import { ServiceBalancers } from './service-balancers.ts'

const asked = { client: -1, attempt: 0, queued: 0 }

/** A balancer that answers what it is told to, and notes what it hears. */
function device() {
  const heard: string[] = []
  let answer: number = NO_BACKEND
  const balancer: Balancer = {
    added: (slot, weight) => void heard.push(`added ${slot} (${weight})`),
    removed: (slot) => void heard.push(`removed ${slot}`),
    pick: () => answer,
    ended: (slot, latency, outcome) => void heard.push(`ended ${slot} after ${latency} with ${outcome}`),
  }
  const slots = new EndpointSlots()
  const device = new BalancerInstance(balancer, slots)
  const service = new ServiceBalancers(slots, [device], { time: -1 }, () => false)
  const added = (pod: number, server: number, epoch: number, weight: number) => service.added(pod, server, epoch, weight, 0)
  return { heard, device, slots, added, removed: (pod: number) => service.removed(pod, 0), answers: (slot: number) => (answer = slot) }
}

describe('slots', () => {
  it('are dense, and given again after removal', () => {
    const { slots, added, removed, heard } = device()
    added(7, 70, 0, 1)
    added(9, 90, 0, 1)
    removed(7)
    removed(7) // heard of twice: nothing
    added(5, 50, 3, 1)
    expect(heard).toEqual(['added 0 (1)', 'added 1 (1)', 'removed 0', 'added 0 (1)'])
    expect([slots.server[0], slots.serverEpoch[0], slots.size]).toEqual([50, 3, 2])
  })
  it('a request that outlives its backend is not told of the next one in its slot', () => {
    const { device: at, slots, added, removed, heard } = device()
    added(7, 70, 0, 1)
    const epoch = slots.slotEpoch[0]
    at.ended(0, epoch, 10, 0)
    removed(7)
    added(8, 80, 0, 1)
    at.ended(0, epoch, 20, 0)
    expect(heard.filter((word) => word.startsWith('ended'))).toEqual(['ended 0 after 10 with 0'])
  })
  it('many are held', () => {
    const { slots, added } = device()
    for (let pod = 0; pod < 100; pod++) added(pod, 1000 + pod, 0, 1)
    expect([slots.server[0], slots.server[99], slots.size]).toEqual([1000, 1099, 100])
  })
})

describe('an answer', () => {
  it('is a slot or none', () => {
    const { device: at, added, answers } = device()
    expect(at.pick(asked, -1)).toBe(NO_BACKEND)
    added(7, 70, 0, 1)
    answers(0)
    expect(at.pick(asked, -1)).toBe(0)
  })
  it.each([1, 100, -4, 0.5, NaN, Infinity])('%d is refused, and so is the slot of a backend that was removed', (wrong) => {
    const { device: at, added, removed, answers } = device()
    added(7, 70, 0, 1)
    answers(wrong)
    expect(() => at.pick(asked, -1)).toThrow(/picked slot/)
    answers(0)
    removed(7)
    expect(() => at.pick(asked, -1)).toThrow(/picked slot 0/)
  })
})
