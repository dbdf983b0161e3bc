import { describe, expect, it } from 'vitest'
import { Disturbances, partsOf } from './disturbances.ts'
import { PodLanes, PodState } from './pod-lanes.ts'
import { ReplicaCourses } from './replica-courses.ts'

describe('recovery from a failure', () => {
  it('is the sum of its parts, each of which begins where the one before it ended', () => {
    const found = new Disturbances()
    found.fails(0, 100)
    found.fails(0, 100)
    found.bound(0, 120) // of another pod, before anything was evicted
    found.detected(0, 150)
    found.detected(0, 155)
    found.evicted(0, 450)
    found.evicted(0, 460)
    found.bound(0, 462)
    found.recovered(0, 480)
    expect(found.failures).toHaveLength(1)
    expect(partsOf(found.failures[0])).toEqual({ detection: 50, eviction: 310, rescheduling: 2, start: 18 })
  })

  it('pods that are back before the failure is noticed: all of it is detection', () => {
    const found = new Disturbances()
    found.fails(2, 100)
    found.recovered(2, 130)
    expect(partsOf(found.failures[0])).toEqual({ detection: 30, eviction: 0, rescheduling: 0, start: 0 })
  })

  it('pods that start again on their node after the detection: no eviction', () => {
    const found = new Disturbances()
    found.fails(0, 0)
    found.detected(0, 50)
    found.recovered(0, 90)
    expect(partsOf(found.failures[0])).toEqual({ detection: 50, eviction: 0, rescheduling: 0, start: 40 })
  })
})

describe('courses of workloads', () => {
  it('a step with more than two changes keeps its fewest ready pods, then the state at its end', () => {
    const found = new ReplicaCourses({ origin: 0, end: 300_000 }) // steps of 1000
    found.desired(0, 2, 0)
    for (const now of [1, 2]) found.pods(0, 0, 1, now)
    for (const now of [3, 4]) found.ready(0, 1, now)
    found.template(0, 1, 1500)
    for (const change of [-1, -1, 1, 1] as const) found.ready(0, change, 1600 + change)
    const [{ times, desired, ready, updated }] = found.mostChanged(1)
    expect(times).toEqual([0, 4, 1500, 1601])
    expect(desired).toEqual([2, 2, 2, 2])
    expect(ready).toEqual([0, 2, 0, 2]) // the outage between 1500 and 1601 is in the row of 1500
    expect(updated).toEqual([0, 2, 0, 0])
  })

  it('a rollout takes the place of a failure; states that were announced are void when another begins first', () => {
    const lanes = new PodLanes(100)
    const pod = { pod: 7, version: 'v1', template: 0, ordinal: 0, state: PodState.Ready }
    lanes.connect(() => [pod])
    lanes.begins('failure', { workload: 0, from: 50, to: Infinity }) // before the window
    expect(lanes.episode()).toBeNull()
    lanes.begins('failure', { workload: 0, from: 100, to: Infinity })
    const span = { workload: 0, from: 200, to: Infinity }
    lanes.begins('rollout', span)
    lanes.created(0, { ...pod, pod: 8, version: 'v2', template: 1, ordinal: 1, state: PodState.Pending }, 200)
    lanes.starts(8, 210, 230)
    lanes.enters(8, PodState.Terminating, 220)
    lanes.ended(8, 225)
    span.to = 300
    lanes.enters(7, PodState.Terminating, 400) // after the rollout
    lanes.ended(7, 410)
    const episode = lanes.episode()!
    expect([episode.kind, episode.from, episode.pods]).toEqual(['rollout', 200, 2])
    expect(episode.lanes[0]).toMatchObject({ states: [PodState.Ready], from: [200], end: Infinity })
    expect(episode.lanes[1]).toMatchObject({
      states: [PodState.Pending, PodState.Pulling, PodState.Terminating],
      from: [200, 210, 220],
      end: 225,
    })
  })
})
