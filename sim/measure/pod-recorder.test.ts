import { describe, expect, it } from 'vitest'
import { PodRecorder } from './pod-recorder.ts'

const S = 1e6

describe('a window of 100 s to 250 s', () => {
  const recorder = () => new PodRecorder(100 * S, 250 * S)

  it('pods belong to it by creation; pending time within it counts for every pod', () => {
    const pods = recorder()
    pods.bound(90 * S, 95 * S) // before it
    pods.bound(90 * S, 110 * S) // created before: 10 s of its pending time lie inside
    pods.bound(100 * S, 103 * S) // created with its start: inside
    expect(pods.pending.count).toBe(1)
    expect(pods.pending.sum).toBe(3 * S)
    expect(pods.unscheduled).toBe((10 + 3) * S)
  })
  it('pods unbound at the horizon count, those from before the window too; their time so far enters the histogram only when it began inside', () => {
    const pods = recorder()
    pods.unbound(240 * S)
    pods.unbound(50 * S)
    expect(pods.censored).toBe(2)
    expect(pods.pending.sum).toBe(10 * S)
    expect(pods.unscheduled).toBe((10 + 150) * S)
  })
  it('a decision that takes effect after the horizon binds no pod', () => {
    const pods = recorder()
    pods.bound(240 * S, 251 * S)
    expect(pods.censored).toBe(1)
    expect(pods.binds).toBe(0)
    expect(pods.pending.sum).toBe(10 * S)
    expect(pods.unscheduled).toBe(10 * S)
  })
  it('deleted while pending: counts in the integral, has no pending time', () => {
    const pods = recorder()
    pods.deletedPending(120 * S, 125 * S)
    expect(pods.pending.count).toBe(0)
    expect(pods.unscheduled).toBe(5 * S)
  })
  it('throughput is that of the best minute, counted from the start of the window', () => {
    const pods = recorder()
    for (let i = 0; i < 50; i++) pods.bound(0, 99 * S) // before the window
    for (let i = 0; i < 12; i++) pods.bound(0, 159.9 * S) // first minute
    for (let i = 0; i < 18; i++) pods.bound(0, (160 + i) * S) // second minute
    for (let i = 0; i < 17; i++) pods.bound(0, 249 * S) // third, half as long
    expect(pods.throughput).toBe(18 / 60)
  })
  it('times to readiness of pods created in it', () => {
    const pods = recorder()
    pods.ready(99 * S, 120 * S)
    pods.ready(101 * S, 120 * S)
    expect(pods.toReady.count).toBe(1)
    expect(pods.toReady.sum).toBe(19 * S)
  })
  it('pods that are not ready at the horizon count with their time so far', () => {
    const pods = recorder()
    pods.unready(99 * S)
    pods.unready(240 * S)
    expect(pods.readyCensored).toBe(1)
    expect(pods.toReady.sum).toBe(10 * S)
  })
  it('the mix counts created pods by class from the start, and grows', () => {
    const pods = recorder()
    pods.created(2)
    pods.created(2)
    pods.created(300)
    expect([pods.mix[2], pods.mix[300], pods.mix[1]]).toEqual([2, 1, 0])
  })
})
