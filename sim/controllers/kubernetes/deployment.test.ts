import { describe, expect, it } from 'vitest'
import { Simulator } from '../../engine/simulator.ts'
import { ScriptedPods } from '../../testing/recordings/controllers/scripted-pods.ts'
import { limitsOf, type DeploymentSpec, type DeploymentStrategy } from './deployment-object.ts'
import { DeploymentController, type Deployment } from './deployment.ts'
import { ReplicaSetController } from './replica-set.ts'

const SECOND = 1_000_000

const rolling = (maxSurge: number | string, maxUnavailable: number | string): DeploymentStrategy => ({
  type: 'RollingUpdate',
  maxSurge,
  maxUnavailable,
})
const DEFAULT = rolling('25%', '25%')

/** A Deployment whose pods become ready when the test says so; notes the sizes (of each template) after each change. */
class Rollout {
  readonly simulator = new Simulator()
  readonly pods = new ScriptedPods(this.simulator, false)
  readonly controller: DeploymentController
  readonly deployment: Deployment
  sizes: number[][] = []

  constructor(replicas: number, strategy: DeploymentStrategy = DEFAULT, more: Partial<DeploymentSpec> = {}) {
    const { simulator, pods } = this
    const { objects } = pods
    const replicaSets = new ReplicaSetController({ simulator, objects, control: pods, latency: 1 })
    this.controller = new DeploymentController({
      simulator,
      objects,
      replicaSets,
      latency: 0,
      resized: ({ sets }) => this.sizes.push(sets.map(({ size }) => size)),
    })
    this.deployment = this.controller.create({
      replicas,
      strategy,
      template: 0,
      paused: false,
      minReady: 0,
      progressDeadline: 600 * SECOND,
      revisionHistory: 10,
      ...more,
    })
    this.settle()
    this.wave()
    this.sizes = []
  }

  settle(seconds = 1): void {
    const end = this.simulator.now + seconds * SECOND
    this.simulator.call(end, () => {})
    this.simulator.run(end)
  }

  /** All pods of the templates that are not ready become ready together. */
  wave(templates: readonly number[] = [0, 1, 2]): void {
    const { objects, existing } = this.pods
    for (const pod of [...existing])
      if (objects.ready[pod] === 0 && templates.includes(objects.template[pod])) this.pods.setReady(pod, true)
    this.settle()
  }

  roll(template: number): void {
    this.controller.update(this.deployment, { template })
    this.settle()
  }

  /** Sizes by set, without repetitions. */
  get path(): string {
    const texts = this.sizes.map((sizes) => sizes.join(','))
    return texts.filter((text, i) => text !== texts[i - 1]).join(' ')
  }

  get now(): number[] {
    return this.deployment.sets.map(({ size }) => size)
  }
}

describe('Deployment', () => {
  it('limits: surge rounds up, unavailable down, both zero means one unavailable', () => {
    const limits = (replicas: number, surge: number | string, unavailable: number | string) =>
      Object.values(limitsOf({ replicas, strategy: rolling(surge, unavailable) }))
    expect(limits(10, '25%', '25%')).toEqual([3, 2])
    expect(limits(4, '25%', '25%')).toEqual([1, 1])
    expect(limits(3, '25%', '25%')).toEqual([1, 0])
    expect(limits(1, '25%', '25%')).toEqual([1, 0])
    expect(limits(2, 0, '25%')).toEqual([0, 1])
    expect(limits(7, 0, '10%')).toEqual([0, 1])
    expect(limits(3, 1, 50)).toEqual([1, 3])
  })

  it('10 replicas, 25 % and 25 %: (8,3) (8,5), ready, (3,5) (3,10), ready, (0,10): two waves', () => {
    const rollout = new Rollout(10)
    rollout.roll(1)
    expect(rollout.path).toBe('10,3 8,3 8,5')
    rollout.wave()
    expect(rollout.now).toEqual([3, 10])
    rollout.wave()
    expect(rollout.path).toBe('10,3 8,3 8,5 3,5 3,10 0,10')
    expect(rollout.deployment.status.progressing?.reason).toBe('NewReplicaSetAvailable')
  })

  it('3 replicas: three waves of one; 2 replicas without surge: the old pod goes first', () => {
    const three = new Rollout(3)
    three.roll(1)
    for (let i = 0; i < 3; i++) three.wave()
    expect(three.path).toBe('3,1 2,1 2,2 1,2 1,3 0,3')
    const two = new Rollout(2, rolling(0, '25%'))
    two.roll(1)
    expect(two.path).toBe('2,0 1,0 1,1')
    two.wave()
    expect(two.path).toBe('2,0 1,0 1,1 0,1 0,2')
  })

  it('5 replicas, surge 1, unavailable 0: five waves', () => {
    const rollout = new Rollout(5, rolling(1, 0))
    rollout.roll(1)
    let waves = 0
    while (rollout.now[0] > 0) {
      rollout.wave()
      waves++
    }
    expect(waves).toBe(5)
  })

  it('a bad image stops at (8,5); 601 s later the deadline is exceeded; undone, the five broken pods go at once: 13 - 8 - 0 = 5', () => {
    const rollout = new Rollout(10)
    rollout.roll(1)
    rollout.settle(598)
    expect(rollout.now).toEqual([8, 5])
    expect(rollout.deployment.status.progressing?.status).toBe('True')
    rollout.settle(4)
    expect(rollout.deployment.status.progressing?.reason).toBe('ProgressDeadlineExceeded')
    expect(rollout.now).toEqual([8, 5]) // a condition only
    rollout.sizes = []
    rollout.roll(0)
    rollout.wave([0])
    expect(rollout.path).toBe('8,0 10,0')
  })

  it('rolled over in the same state: the third set starts at 0, takes the place of the 5 unavailable pods: 5', () => {
    const rollout = new Rollout(10)
    rollout.roll(1)
    rollout.roll(2)
    expect(rollout.now).toEqual([8, 0, 5])
  })

  it('scaled in proportion: (8,5) surge 3 to 15: 11,7; 25 % (surge 4): 12,7; to 5: 4,3', () => {
    const scaled = (strategy: DeploymentStrategy, replicas: number) => {
      const rollout = new Rollout(10, strategy)
      rollout.roll(1)
      rollout.sizes = []
      rollout.controller.update(rollout.deployment, { replicas })
      rollout.settle(0.000001)
      return rollout.sizes[1]
    }
    expect(scaled(rolling(3, '25%'), 15)).toEqual([11, 7])
    expect(scaled(DEFAULT, 15)).toEqual([12, 7])
    expect(scaled(DEFAULT, 5)).toEqual([4, 3])
  })

  it('Recreate: the new set is created when the old pods are gone', () => {
    const rollout = new Rollout(4, { type: 'Recreate' })
    rollout.roll(1)
    expect(rollout.path).toBe('0 0,4')
  })

  it('paused: nothing is rolled out, scaling works', () => {
    const rollout = new Rollout(4)
    rollout.controller.update(rollout.deployment, { paused: true, template: 1 })
    rollout.settle()
    expect(rollout.now).toEqual([4])
    rollout.controller.update(rollout.deployment, { replicas: 6 })
    rollout.settle()
    expect(rollout.now).toEqual([6])
    expect(rollout.deployment.status.progressing?.reason).toBe('DeploymentPaused')
  })

  it('minReadySeconds: the next wave waits for availability', () => {
    const rollout = new Rollout(3, DEFAULT, { minReady: 10 * SECOND })
    rollout.settle(11)
    rollout.sizes = []
    rollout.roll(1)
    rollout.wave()
    expect(rollout.now).toEqual([3, 1])
    rollout.settle(10)
    expect(rollout.now).toEqual([2, 2])
  })
})
