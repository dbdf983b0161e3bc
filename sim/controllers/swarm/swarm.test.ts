/** Swarm services against the rules of swarmkit's updater, restart supervisor and dispatcher, on tasks with given times. */
import { describe, expect, it } from 'vitest'
import { Simulator } from '../../engine/simulator.ts'
import { TimedPods, type PodTimes } from '../kubernetes/timed-pods.ts'
import { silenceUntilDown } from './heartbeats.ts'
import { RestartHistory } from './restarts.ts'
import { keepingOrder } from './scale-down.ts'
import type { SwarmServiceController, UpdateConfig } from './spec.ts'
import { SwarmServices } from './services.ts'

const SECOND = 1e6

const UPDATE: UpdateConfig = {
  parallelism: 1,
  delay: 0,
  failureAction: 'pause',
  monitor: 5 * SECOND,
  maxFailureRatio: 0,
  order: 'stop-first',
}

interface Given {
  readonly replicas: number
  readonly update?: Partial<UpdateConfig>
  readonly rollback?: Partial<UpdateConfig>
  readonly restart?: Partial<SwarmServiceController['restart']>
  /** By template; the tasks of the start are ready at once. Default: 5 s to start, 1 s to stop. */
  readonly versions?: readonly Partial<PodTimes>[]
}

/** A service of Swarm on timed tasks, and what happened to it. */
function play({ replicas, update, rollback, restart, versions = [{}, {}, {}] }: Given) {
  const simulator = new Simulator()
  let version = -1
  const times = (template: number): PodTimes => ({
    ready: simulator.now === 0 ? 0 : 5 * SECOND,
    stop: SECOND,
    ...(simulator.now === 0 ? {} : versions[template]),
  })
  const pods = new TimedPods(simulator, times, () => undefined)
  const states: [number, string][] = []
  let rollbacks = 0
  const services = new SwarmServices({
    simulator,
    objects: pods.objects,
    control: pods,
    latency: 0,
    nodes: { existing: () => [], isPaused: () => false },
    reported: (service) => {
      if (states.at(-1)?.[1] !== service.state) states.push([simulator.now / SECOND, service.state])
    },
    rolledBack: () => rollbacks++,
  })
  const spec = {
    mode: 'replicated',
    update: { ...UPDATE, ...update },
    rollback: { ...UPDATE, ...rollback },
    restart: { condition: 'any', delay: 5 * SECOND, maxAttempts: Infinity, window: 0, ...restart },
  } as const
  const service = services.create(spec, { replicas, matches: () => true })
  const acts = simulator.register('act', (row) => actions[row]())
  const actions: (() => void)[] = []
  const counts = () => {
    const living = pods.existing.filter((pod) => pods.objects.deleting[pod] === 0)
    return living.map((pod) => pods.objects.template[pod]).sort((a, b) => a - b)
  }
  return {
    service,
    services,
    states,
    pods,
    counts,
    rollbacks: () => rollbacks,
    at(seconds: number, act: () => void) {
      simulator.at(seconds * SECOND, acts, actions.push(act) - 1, 0)
      return this
    },
    rollOut(seconds: number) {
      return this.at(seconds, () => services.rollOut(service, ++version + 1))
    },
    until(seconds: number) {
      simulator.run(seconds * SECOND)
      return this
    },
  }
}

const stateAt = (states: readonly [number, string][]): Record<string, number> =>
  Object.fromEntries(states.map(([time, state]) => [state, time]))

describe('rolling update of a Swarm service', () => {
  it('10 replicas, parallelism 2, delay 10 s, 6 s per slot: workers end at 5 × 16 = 80 s, complete after delay + 1 s: 91 s', () => {
    const run = play({ replicas: 10, update: { parallelism: 2, delay: 10 * SECOND } })
      .rollOut(100)
      .until(300)
    expect(stateAt(run.states)).toMatchObject({ updating: 100, completed: 191 })
    expect(run.counts()).toEqual(Array(10).fill(1))
  })

  it('the last slot of the same runs at 4 × 16 + 6 = 70 s', () => {
    const run = play({ replicas: 10, update: { parallelism: 2, delay: 10 * SECOND } }).rollOut(100)
    run.until(169.9)
    expect(run.pods.existing.filter((pod) => run.pods.objects.ready[pod] === 1)).toHaveLength(8)
    run.until(170)
    expect(run.pods.existing.filter((pod) => run.pods.objects.ready[pod] === 1)).toHaveLength(10)
  })

  it('3 replicas with the defaults, 6 s per slot: 3 × 6 = 18 s, complete after the monitor of 5 s: 23 s', () => {
    expect(stateAt(play({ replicas: 3 }).rollOut(100).until(300).states)).toMatchObject({ completed: 123 })
  })

  it('start-first: the old task stops when the new one runs, 5 s per slot, never fewer than the replicas run', () => {
    const run = play({ replicas: 3, update: { order: 'start-first' } }).rollOut(100)
    let fewest = Infinity
    for (let time = 100.5; time < 130; time += 0.5) {
      run.until(time)
      fewest = Math.min(fewest, run.pods.existing.filter((pod) => run.pods.objects.ready[pod] === 1).length)
    }
    expect(fewest).toBe(3)
    expect(stateAt(run.states)).toMatchObject({ completed: 100 + 3 * 5 + 5 })
  })

  it('parallelism 0 updates all slots at once', () => {
    expect(
      stateAt(
        play({ replicas: 4, update: { parallelism: 0 } })
          .rollOut(100)
          .until(300).states,
      ),
    ).toMatchObject({ completed: 111 })
  })

  it('a new task waits for at most a minute until the old one has stopped', () => {
    const run = play({ replicas: 1, versions: [{ stop: 90 * SECOND }, {}] }).rollOut(100)
    const updated = () => run.pods.existing.filter((pod) => run.pods.objects.template[pod] === 1 && run.pods.objects.ready[pod] === 1)
    expect([run.until(164.9) && updated().length, run.until(165) && updated().length]).toEqual([0, 1])
  })
})

describe('failing updates', () => {
  it('ratio 0: the first task that fails pauses the update after one slot, and the failing slot is restarted every 5 s + 2 s', () => {
    const run = play({ replicas: 4, versions: [{}, { ready: Infinity, fails: 2 * SECOND }] })
      .rollOut(100)
      .until(200)
    expect(stateAt(run.states)).toMatchObject({ updating: 100, paused: 103 })
    expect(run.counts()).toEqual([0, 0, 0, 1])
  })

  it('rollback: the slots that were updated go back to the previous template', () => {
    const run = play({ replicas: 4, update: { failureAction: 'rollback' }, versions: [{}, { ready: Infinity, fails: 2 * SECOND }] })
    run.rollOut(100).until(200)
    expect(run.rollbacks()).toBe(1)
    expect(run.counts()).toEqual([0, 0, 0, 0])
    expect(run.states.map(([, state]) => state)).toEqual(['none', 'updating', 'rollback-started', 'rollback-completed'])
  })

  it('a ratio of 0.3 of ten slots: three failures are tolerated, as 3/10 is not more than 0.3; the fourth pauses', () => {
    const bad = { ready: Infinity, fails: 2 * SECOND }
    const tolerant = play({ replicas: 10, update: { maxFailureRatio: 0.3 }, versions: [{}, bad] })
      .rollOut(100)
      .until(200)
    // Each slot takes 1 s to stop and 2 s to fail.
    expect(stateAt(tolerant.states)).toMatchObject({ paused: 100 + 4 * 3 })
  })

  it('continue: all slots are replaced although every task fails', () => {
    const run = play({ replicas: 3, update: { failureAction: 'continue' }, versions: [{}, { ready: Infinity, fails: 2 * SECOND }] })
    run.rollOut(100).until(200)
    expect(stateAt(run.states)).toMatchObject({ completed: 100 + 3 * 3 + 5 })
    expect(run.counts().every((template) => template === 1)).toBe(true)
  })

  it('a task that fails within the monitor of its start counts after the last slot too, one that fails later does not', () => {
    const fails = (after: number) => ({ ready: 0, fails: after * SECOND })
    expect(
      stateAt(
        play({ replicas: 1, versions: [{}, fails(4)] })
          .rollOut(100)
          .until(120).states,
      ),
    ).toMatchObject({ paused: 105 })
    expect(
      stateAt(
        play({ replicas: 1, versions: [{}, fails(6)] })
          .rollOut(100)
          .until(120).states,
      ),
    ).toMatchObject({ completed: 106 })
  })

  it('scaling resets the state of the update, so that a paused one goes on', () => {
    const run = play({ replicas: 2, versions: [{}, { ready: Infinity, fails: 2 * SECOND }] }).rollOut(100)
    run.at(150, () => run.services.scale(run.service, 3)).until(151)
    expect(run.states.map(([, state]) => state)).toEqual(['none', 'updating', 'paused', 'updating'])
  })
})

describe('restart policy', () => {
  const crash = { ready: 0, fails: SECOND }
  const crashes = (restart: NonNullable<Given['restart']>) => {
    const run = play({ replicas: 1, restart, update: { failureAction: 'continue' }, versions: [{}, crash] })
      .rollOut(100)
      .until(200)
    return run.counts()
  }

  it('condition none: a task that fails is not replaced', () => {
    expect(crashes({ condition: 'none' })).toEqual([])
  })

  it('two attempts: the first task and two more; unlimited: a task every 1 + 5 s', () => {
    const history = new RestartHistory({ condition: 'any', delay: 0, maxAttempts: 2, window: 0 })
    const decisions: boolean[] = []
    for (let i = 0; i < 3; i++) {
      decisions.push(history.allows(1, 0, i))
      history.record(1, 0, i)
    }
    expect(decisions).toEqual([true, true, false])
    expect(history.allows(1, 1, 9)).toBe(true) // another version starts from the beginning
    expect(crashes({ maxAttempts: 2 })).toEqual([])
    expect(crashes({})).toHaveLength(1)
  })

  it('within a window of 10 s: attempts that are older do not count', () => {
    const history = new RestartHistory({ condition: 'any', delay: 0, maxAttempts: 1, window: 10 })
    history.record(1, 0, 0)
    expect(history.allows(1, 0, 5)).toBe(false)
    expect(history.allows(1, 0, 11)).toBe(true)
  })
})

describe('scale down', () => {
  it('nodes A 3, B 2, C 1, down to four: the third copy on A and then one of the second copies go, the higher number first', () => {
    const view = (slot: number, node: number, running = true) => ({ slot, node, running })
    const slots = [view(1, 0), view(2, 0), view(3, 0), view(4, 1), view(5, 1), view(6, 2)]
    expect(keepingOrder(slots)).toEqual([1, 4, 6, 2, 5, 3])
  })

  it('a slot whose task does not run goes before one whose task runs, and one without a node before all', () => {
    const slots = [
      { slot: 1, node: 0, running: false },
      { slot: 2, node: 1, running: true },
      { slot: 3, node: -1, running: false },
    ]
    expect(keepingOrder(slots)).toEqual([2, 1, 3])
  })
})

describe('heartbeats', () => {
  it('period 5 s ± 0.5 s, three of them: a silent node is down after 9 to 16.5 s', () => {
    expect(silenceUntilDown(0, 0)).toBe(13.5 * SECOND)
    expect(silenceUntilDown(0, 1)).toBe(9 * SECOND)
    expect(silenceUntilDown(1, 0)).toBe(16.5 * SECOND)
    // The middle of the middle period: 3 × 5 s - 2.5 s, a little more because longer periods are met more often.
    expect(silenceUntilDown(0.5, 0.5) / SECOND).toBeCloseTo(12.56, 1)
  })
})
