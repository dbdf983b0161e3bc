/** Images: times of pulls by hand, the collection of disks by the kubelet's rule, pull policies in an outage of the registry. */
import { describe, expect, it } from 'vitest'
import { schedulers } from '../../scheduling/index.ts'
import { Simulator } from '../../engine/simulator.ts'
import { choose, pool, requests } from '../../testing/input.ts'
import { at, SECOND, simulate, version } from '../orchestration/runs.fixture.ts'
import { failedAgain, nextAttempt, type ImageBackOff } from './back-off.ts'
import { ImageCache } from './image-cache.ts'
import { Registry } from './registry.ts'
import type { ContainerImage, ImageSettings } from './spec.ts'

const MB = 1e6

const settings = (partial: Partial<ImageSettings> = {}): ImageSettings => ({
  latency: SECOND / 2,
  bandwidth: 50 * MB,
  total: Infinity,
  parallel: 1,
  qps: 5,
  burst: 10,
  disk: Infinity,
  highThreshold: 85,
  lowThreshold: 80,
  minAge: 120 * SECOND,
  prepulled: [],
  ...partial,
})

const image = (name: string, size: number, partial: Partial<ContainerImage> = {}): ContainerImage => ({
  name,
  layers: [{ name, size: size * MB }],
  policy: 'IfNotPresent',
  ...partial,
})

describe('the registry', () => {
  it.each([
    ['shares 100 MB/s equally: 100 and 300 MB end after 2 and 4 s', Infinity, 2, 4],
    ['gives each pull at most 40 MB/s: after 2.5 and 7.5 s', 40 * MB, 2.5, 7.5],
  ])('%s', (_, bandwidth, first, second) => {
    const simulator = new Simulator()
    const registry = new Registry(simulator, { bandwidth, total: 100 * MB })
    const ends: number[] = []
    for (const megabytes of [100, 300]) registry.begin(megabytes * MB, () => ends.push(simulator.now / SECOND))
    simulator.run(60 * SECOND, 1000)
    expect(ends).toEqual([first, second])
  })

  it('a download that is cancelled gives its share back: 300 MB at 50 MB/s for 1 s, then at 100 MB/s', () => {
    const simulator = new Simulator()
    const registry = new Registry(simulator, { bandwidth: Infinity, total: 100 * MB })
    const ends: number[] = []
    const other = registry.begin(1000 * MB, () => ends.push(-1))
    registry.begin(300 * MB, () => ends.push(simulator.now / SECOND))
    simulator.call(SECOND, () => registry.cancel(other))
    simulator.run(60 * SECOND, 1000)
    expect(ends).toEqual([3.5])
    expect(registry.count).toBe(0)
  })
})

describe('the disk of a node', () => {
  const cache = (disk: number, names: readonly string[]) => {
    const made = new ImageCache(settings({ disk: disk * MB }))
    names.forEach((name, i) => made.add(image(name, 30), i))
    return made
  }

  it('of 100 MB with 90 MB is above 85 %: the image that was used least recently goes, down to 80 %', () => {
    const disk = cache(100, ['a', 'b', 'c'])
    disk.uses('a', 1, 10)
    disk.uses('a', -1, 20)
    expect(disk.collect(200 * SECOND)).toEqual(['b'])
    expect(disk.used).toBe(60 * MB)
  })

  it('keeps what is used, and images younger than two minutes', () => {
    const disk = cache(100, ['a', 'b'])
    disk.add(image('c', 30), 100 * SECOND)
    disk.uses('a', 1, 30)
    disk.uses('b', 1, 30)
    expect(disk.collect(219 * SECOND)).toEqual([])
    expect(disk.collect(220 * SECOND)).toEqual(['c'])
  })

  it('at 84.x % nothing is collected: the share that is free is cut to whole percents', () => {
    const disk = new ImageCache(settings({ disk: 1000 * MB }))
    disk.add(image('a', 849), 0)
    expect(disk.isFull).toBe(true) // 15.1 % are free, cut to 15
    const less = new ImageCache(settings({ disk: 1000 * MB }))
    less.add(image('a', 840), 0)
    expect(less.isFull).toBe(false)
  })

  it('a layer of two images is kept once, and goes with the second', () => {
    const disk = new ImageCache(settings({ disk: 100 * MB }))
    const layers = (own: string) => [
      { name: 'base', size: 50 * MB },
      { name: own, size: 20 * MB },
    ]
    disk.add({ name: 'a', layers: layers('a') }, 0)
    expect(disk.missing({ name: 'b', layers: layers('b') })).toBe(20 * MB)
    disk.add({ name: 'b', layers: layers('b') }, 1)
    expect(disk.used).toBe(90 * MB)
    // Ten would be enough, and the size of an image counts as freed with all of its layers.
    expect(disk.collect(200 * SECOND)).toEqual(['a'])
    expect(disk.used).toBe(70 * MB)
  })
})

describe('the back-off of a pull', () => {
  it('is 10, 20, 40, 80, 160, 300, 300 s, and 10 s again after more than ten minutes', () => {
    let state: ImageBackOff | undefined
    let now = 0
    const waits = Array.from({ length: 7 }, () => {
      state = failedAgain(state, now)
      now += state.wait
      return state.wait / SECOND
    })
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300])
    expect(failedAgain(state, state!.last + 600 * SECOND).wait).toBe(300 * SECOND)
    expect(failedAgain(state, state!.last + 600 * SECOND + 1).wait).toBe(10 * SECOND)
  })

  it('ends at a sync of the pod: with syncs each 15 s, 20 s are 30 s, of which one sync waits', () => {
    expect(nextAttempt({ wait: 20 * SECOND, last: 0 }, () => 1)).toEqual({ time: 30 * SECOND, waits: 1 })
    expect(nextAttempt({ wait: 20 * SECOND, last: 0 }, () => 0)).toEqual({ time: 20 * SECOND, waits: 1 })
  })
})

/** One node, containers that start in no time; readiness without delay. */
const run = (rest: Parameters<typeof simulate>[0], versions = [version('v1', { start: 0, image: image('web:v1', 1000) })]) =>
  simulate({
    images: settings(),
    versions,
    ...rest,
    service: { replicas: 1, probe: 0, requests: requests(1, { kind: 'constant', value: 1 }), ...rest.service },
    run: { pools: [pool(1, { cpu: 8000 })], ...rest.run },
  })

describe('containers and their images', () => {
  it('of a new version wait for 0.5 s and 1,000 MB at 50 MB/s; a second pull of the node finds it after another 0.5 s', () => {
    const v2 = version('v2', { start: 0, image: image('web:v2', 1000) })
    const actions = [at(10, { kind: 'set-version', workload: 0, version: 1 })]
    const found = (parallel: number) =>
      run({ actions, images: settings({ parallel }), service: { replicas: 4 } }, [
        version('v1', { start: 0, image: image('web:v1', 1) }),
        v2,
      ])
    // One pod above the four, and one less of the old: two at once, then two that find it.
    expect(found(1)['image-wait']).toBe((20.5 + 21 + 0 + 0) / 4)
    expect(found(2)['image-wait']).toBe((20.5 + 20.5 + 0 + 0) / 4)
    expect(found(1)).toMatchObject({ 'image-pulls': 1, 'image-pulled': (1000 * MB) / 2 ** 30, 'image-hits': 50 })
  })

  it('pull only the layers that the node does not have', () => {
    const layered = (name: string) => image(name, 0, { layers: [{ name: 'base', size: 900 * MB }, ...[{ name, size: 100 * MB }]] })
    const found = run({ actions: [at(10, { kind: 'set-version', workload: 0, version: 1 })] }, [
      version('v1', { image: layered('web:v1') }),
      version('v2', { image: layered('web:v2') }),
    ])
    expect(found).toMatchObject({ 'image-wait': 2.5, 'image-pulled': (100 * MB) / 2 ** 30 })
  })

  it.each([
    ['IfNotPresent', 0],
    ['Always', 3],
  ] as const)('with %s restart during an outage of the registry after %i failed pulls', (policy, failures) => {
    const found = run(
      { faults: [at(10, { kind: 'registry-down', duration: 60 * SECOND }), at(20, { kind: 'pod-crash', workload: 0, count: 1 })] },
      [version('v1', { start: 0, image: image('web:v1', 1000, { policy }) })],
    )
    // Failures at 20.5 s, 30.5 to 35.5 s, 51 to 66 s: each waits for a sync. One more where all syncs come early.
    expect(found['image-pull-failures']).toBeGreaterThanOrEqual(failures)
    expect(found['image-pull-failures']).toBeLessThanOrEqual(failures)
    expect(found['container-restarts']).toBe(1)
  })

  it('that may never be pulled wait for ever, unless all nodes have them from the start', () => {
    const never = image('web:v2', 1000, { policy: 'Never' })
    const versions = [version('v1', { image: image('web:v1', 1) }), version('v2', { start: 0, image: never })]
    const actions = [at(10, { kind: 'set-version', workload: 0, version: 1 })]
    expect(run({ actions }, versions)).toMatchObject({ 'rollouts-unfinished': 1, 'image-pulls': 0 })
    expect(run({ actions, images: settings({ prepulled: [never] }) }, versions)).toMatchObject({ 'rollout-duration': 0, 'image-hits': 100 })
  })

  it('that do not fit on the disk, or that nobody has, are tried again', () => {
    const actions = [at(10, { kind: 'set-version', workload: 0, version: 1 })]
    const both = (partial: object) => [
      version('v1', { image: image('web:v1', 10) }),
      version('v2', { image: image('web:v2', 100), ...partial }),
    ]
    const full = run({ actions, images: settings({ disk: 100 * MB }) }, both({}))
    const missing = run({ actions }, both({ pullFails: true }))
    for (const found of [full, missing]) {
      expect(found['rollouts-unfinished']).toBe(1)
      // After 10, 20, 40, 80, 160, 300, 300 s and less than 15 s more each.
      expect(found['image-pull-failures']).toBeGreaterThanOrEqual(7)
      expect(found['image-pull-failures']).toBeLessThanOrEqual(8)
    }
  })

  it('of a version that fits no node report FailedScheduling as kube-scheduler words it', () => {
    const actions = [at(20, { kind: 'set-version', workload: 0, version: 1 })]
    const large = version('v2', { shape: { ...version('v2').shape, cpu: 99_000 } })
    const { list } = run({ actions, events: 100 }, [version('v1', { image: image('web:v1', 1) }), large]).result.objectEvents!
    const failed = list.filter(({ reason }) => reason === 'FailedScheduling')
    expect(failed).toMatchObject([{ type: 'Warning', name: 'web-1', message: '0/1 nodes are available: 1 Insufficient cpu.' }])
  })

  it('report events with the words of Kubernetes, equal ones once with their count, as many as the run keeps', () => {
    const found = (events: number) => {
      const faults = [at(10, { kind: 'registry-down', duration: 40 * SECOND })]
      const actions = [at(20, { kind: 'set-version', workload: 0, version: 1 })]
      const versions = [version('v1', { image: image('web:v1', 1) }), version('v2', { start: 0, image: image('web:v2', 50) })]
      return run({ faults, actions, events }, versions).result.objectEvents!
    }
    const { list, dropped } = found(100)
    const texts = list.map(({ kind, name, reason, message, count }) => `${kind}/${name} ${reason} ${count}: ${message}`)
    // Asked at 20, failed at 20.5, again at 30.5 to 35.5 and 51 to 66 s.
    expect(texts).toEqual(
      expect.arrayContaining([
        'Deployment/web ScalingReplicaSet 1: Scaled up replica set web-2 from 0 to 1',
        'Pod/web-1 Scheduled 1: Successfully assigned web-1 to node-0',
        'Pod/web-1 Pulling 3: Pulling image "web:v2"',
        'Pod/web-1 Failed 2: Failed to pull image "web:v2"',
        'Pod/web-1 Pulled 1: Successfully pulled image "web:v2"',
        'Pod/web-1 Started 1: Started container web',
        'Workload/web SuccessfulDelete 1: Deleted pod: web-0',
        'Pod/web-0 Killing 1: Stopping container web',
      ]),
    )
    expect(dropped).toBe(0)
    expect(found(3)).toMatchObject({ list: list.slice(0, 3) })
    expect(found(3).dropped).toBeGreaterThan(0)
  })

  it('a node that crashes pulls again from the beginning', () => {
    const versions = [version('v1', { image: image('web:v1', 1) }), version('v2', { start: 0, image: image('web:v2', 1000) })]
    const found = run(
      {
        actions: [at(10, { kind: 'set-version', workload: 0, version: 1 })],
        faults: [at(20, { kind: 'node-crash', nodes: { count: 1 }, duration: 10 * SECOND })],
      },
      versions,
    )
    expect(found['image-pulls']).toBe(1)
    expect(found['rollout-duration']).toBe(40.5)
  })

  it('ImageLocality of weight 10: 3 GB on one of three nodes draw the next pod there, against its spreading', () => {
    const nodes = (withImages: boolean) => {
      const versions = [
        version('v1', withImages ? { image: image('web:v1', 3000), shape: { ...version('').shape, rules: { images: ['web:v1'] } } } : {}),
      ]
      const { parts } = run(
        {
          actions: [at(10, { kind: 'scale', workload: 0, replicas: 2 })],
          ...(withImages ? {} : { images: undefined }),
          run: { pools: [pool(3, { cpu: 8000 })], scheduling: choose(schedulers, 'kubernetes', { images: 10 }) },
        } as never,
        versions,
      )
      const { pods } = parts.cluster.view
      return new Set(Array.from({ length: pods.count }, (_, pod) => pods.node[pod])).size
    }
    expect([nodes(true), nodes(false)]).toEqual([1, 2])
  })
})
