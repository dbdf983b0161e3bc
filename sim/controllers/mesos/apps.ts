/**
 * Marathon: keeps the instances of apps, launches them with a delay after failures, restarts them in a rolling way, and replaces those on
 * agents that are unreachable. Source: Marathon core/deployment/impl/{TaskReplaceActor,TaskStartActor}.scala, core/launchqueue,
 * core/task/jobs/impl/ExpungeOverdueLostTasksActor.scala, docs/docs/{deployments,configure-task-handling}.md.
 * Chosen here: old instances are killed in order of their creation, healthy ones last; a rollout during another one takes its place, as with
 * the flag force.
 */
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { ApiPhase, type PodController, type PodObjects, type TaskControl } from '../kubernetes/pod-objects.ts'
import { WorkQueue } from '../kubernetes/work-queue.ts'
import { EndReason } from '../owners.ts'
import { MarathonApp, type Instance, type MarathonAppGiven } from './app.ts'
import type { MarathonAppController } from './spec.ts'
import { killOrder, restartStrategy, type Killable } from './upgrade.ts'

/** Periods of the reconciliation with Mesos, of the removal of overdue instances, and of the check of the number of instances [µs]. */
const RECONCILIATION: Time = 600_000_000
const EXPUNGE: Time = 30_000_000
const SCALE_CHECK: Time = 300_000_000

/** What the controller needs of a run. */
export interface MarathonRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly control: TaskControl
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
  /** Where in a period of the reconciliation an app begins: uniform in [0, 1). */
  phaseOf(row: number): number
  /** The state of an app may have changed. */
  reported(app: MarathonApp): void
}

export class MarathonApps {
  private readonly apps: MarathonApp[] = []
  private readonly queue: WorkQueue
  private readonly run: MarathonRun

  constructor(run: MarathonRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'marathon app', (row) => this.sync(this.apps[row]), run.latency)
  }

  settle(): boolean {
    return this.queue.flush()
  }

  hold(until: Time): void {
    this.queue.hold(until)
  }

  create(spec: Omit<MarathonAppController, 'kind' | 'health'>, given: MarathonAppGiven): MarathonApp {
    const row = this.apps.length
    const controller: PodController = {
      workload: given.workload,
      podChanged: (pod) => this.changed(row, pod),
      podGone: (pod) => this.gone(row, pod),
    }
    const phase = Math.floor(this.run.phaseOf(row) * RECONCILIATION)
    const app = new MarathonApp(row, spec, given, { controller, phase })
    app.queued = given.replicas
    this.apps.push(app)
    this.queue.add(row)
    return app
  }

  // ---- what users do

  scale(app: MarathonApp, instances: number): void {
    app.wanted = instances
    this.queue.add(app.row)
  }

  /** A rolling restart with another template; the delay of launches is reset. */
  rollOut(app: MarathonApp, template: number): void {
    app.before = app.template
    app.template = template
    if (app.wanted !== null) app.instances = app.wanted
    app.wanted = null
    app.delay.reset()
    app.queued = 0
    app.replacing = 0
    const present = [...app.tasks.values()].filter(({ goalRunning }) => goalRunning)
    const fresh = present.filter((one) => one.template === template)
    const old = present.filter((one) => one.template !== template)
    const healthy = present.filter((one) => app.isConsideredHealthy(one)).length
    const strategy = restartStrategy(app.instances, app.spec, { present: app.tasks.size, healthy })
    app.restart = {
      ...strategy,
      toKill: [...old].sort((a, b) => Number(app.isConsideredHealthy(a)) - Number(app.isConsideredHealthy(b))),
      old: new Set([...app.tasks.values()].filter((one) => one.template !== template && one.goalRunning)),
      started: fresh.length,
      healthy: new Set(fresh.filter(({ healthy: up }) => up)),
    }
    for (let i = 0; i < strategy.killNow; i++) this.killNextOld(app)
    this.queueNew(app)
    this.queue.add(app.row)
  }

  private killNextOld(app: MarathonApp): void {
    const next = app.restart!.toKill.shift()
    if (next !== undefined && app.tasks.get(next.pod) === next) this.kill(next)
  }

  /** New instances take the room that old ones have left. */
  private queueNew(app: MarathonApp): void {
    const { restart } = app
    if (restart === null) return
    const room = Math.max(0, restart.maxCapacity - restart.old.size - restart.started)
    const count = Math.min(room, Math.max(0, app.instances - restart.started))
    restart.started += count
    app.queued += count
  }

  // ---- agents

  /** Mesos says that the tasks of an agent are unreachable. */
  unreachable(node: NodeId): void {
    const { objects, simulator } = this.run
    for (const app of this.apps)
      for (const one of app.tasks.values())
        if (objects.node[one.pod] === node && one.goalRunning) {
          one.unreachable = simulator.now
          one.healthy = false
          this.queue.add(app.row)
        }
  }

  /** The agent is back: tasks that were not given up run as before. */
  reachable(node: NodeId): void {
    const { objects } = this.run
    for (const app of this.apps)
      for (const one of app.tasks.values())
        if (objects.node[one.pod] === node && one.goalRunning) {
          one.unreachable = Infinity
          one.inactive = false
          one.healthy = objects.ready[one.pod] === 1
          this.queue.add(app.row)
        }
  }

  /** The agent is drained: Mesos kills the task at once, and Marathon launches another one when it has ended. */
  drain(app: MarathonApp, pod: PodId): void {
    const found = app.tasks.get(pod)
    if (found === undefined || !found.goalRunning) return
    app.delay.reset()
    this.run.control.evict(pod, EndReason.Evicted)
  }

  // ---- tasks

  private changed(row: number, pod: PodId): void {
    const app = this.apps[row]
    const found = app.tasks.get(pod)
    const { objects, simulator } = this.run
    if (found !== undefined && found.unreachable === Infinity) {
      if (objects.phase[pod] === ApiPhase.Running && found.running === Infinity) {
        found.running = simulator.now
        app.delay.advanced(simulator.now)
      }
      const was = found.healthy
      found.healthy = objects.ready[pod] === 1
      if (!was && found.healthy) this.becameHealthy(app, found)
    }
    this.queue.add(row)
  }

  private becameHealthy(app: MarathonApp, found: Instance): void {
    const { restart } = app
    if (restart === null || found.template !== app.template || restart.healthy.has(found)) return
    restart.healthy.add(found)
    this.killNextOld(app)
  }

  private gone(row: number, pod: PodId): void {
    const app = this.apps[row]
    const found = app.tasks.get(pod)
    if (found === undefined) return
    app.tasks.delete(pod)
    const failed = this.run.objects.phase[pod] === ApiPhase.Failed
    if (found.goalRunning && failed) app.delay.failed(this.run.simulator.now)
    if (found.goalRunning && !found.inactive) this.lost(app, found, failed)
    if (app.restart?.old.delete(found) === true) this.queueNew(app)
    app.restart?.healthy.delete(found)
    this.queue.add(row)
  }

  /** An instance with the goal Running is given up: another one takes its place, in a restart by the room that it leaves. */
  private lost(app: MarathonApp, found: Instance, failed = false): void {
    found.goalRunning = false
    app.restart?.healthy.delete(found)
    if (app.restart?.old.has(found) === true) {
      app.restart.old.delete(found)
      this.queueNew(app)
      return
    }
    app.queued++
    if (failed) app.replacing++
  }

  private kill(found: Instance): void {
    found.goalRunning = false
    this.run.control.delete(found.pod)
  }

  // ---- one sync

  private sync(app: MarathonApp): void {
    this.judgeUnreachable(app)
    this.finish(app)
    if (app.restart === null && app.wanted !== null) this.rescale(app)
    this.launch(app)
    this.run.reported(app)
  }

  private finish(app: MarathonApp): void {
    const { restart } = app
    if (restart !== null && restart.old.size === 0 && restart.healthy.size >= app.instances && app.queued === 0) app.restart = null
  }

  private rescale(app: MarathonApp): void {
    const added = app.wanted! - app.instances
    app.instances = app.wanted!
    app.wanted = null
    if (added > 0) app.queued += added
    else this.killSurplus(app)
  }

  /** What waits for its launch goes first. */
  private killSurplus(app: MarathonApp): void {
    const active = app.active()
    const surplus = active.length + app.queued - app.instances
    if (surplus <= 0) return
    const cancelled = Math.min(app.queued, surplus)
    app.queued -= cancelled
    const order = killOrder(
      active.map((one) => ({ ...viewOf(one), one })),
      app.spec.killSelection,
    )
    for (const { one } of order.slice(0, surplus - cancelled)) this.kill(one)
  }

  private launch(app: MarathonApp): void {
    const { control, simulator } = this.run
    const { now } = simulator
    while (app.queued > 0) {
      const deadline = app.delay.deadline(now)
      if (now < deadline) {
        this.queue.addAfter(app.row, deadline - now)
        return
      }
      app.queued--
      const replaces = app.replacing > 0
      if (replaces) app.replacing--
      app.delay.advanced(now)
      const { template } = app
      const pod = control.create(app.controller, { template, replaces })
      const state = { running: Infinity, healthy: false, goalRunning: true, unreachable: Infinity, inactive: false }
      app.tasks.set(pod, { pod, template, staged: now, ...state })
    }
  }

  // ---- unreachable instances

  /** Instances above the number, as after the return of an agent, are killed by a check; returns its time, Infinity when there are none. */
  private checkSurplus(app: MarathonApp): Time {
    const { now } = this.run.simulator
    const surplus = app.restart === null && app.wanted === null && app.active().length + app.queued > app.instances
    if (!surplus) app.checkAt = Infinity
    else if (app.checkAt === Infinity) app.checkAt = later(now, SCALE_CHECK, app.phase)
    else if (now >= app.checkAt) {
      this.killSurplus(app)
      app.checkAt = Infinity
    }
    return app.checkAt
  }

  /** Times above 0 are looked at only now and then: replacement at the next reconciliation, removal at the next look for overdue instances. */
  private judgeUnreachable(app: MarathonApp): void {
    const { inactiveAfter, expungeAfter } = app.spec.unreachable
    const { now } = this.run.simulator
    let next = Infinity
    for (const one of [...app.tasks.values()]) {
      if (one.unreachable === Infinity || !one.goalRunning) continue
      const inactive = inactiveAfter === 0 ? one.unreachable : later(one.unreachable + inactiveAfter, RECONCILIATION, app.phase)
      const expunged = Math.max(inactive, expungeAfter === 0 ? one.unreachable : later(one.unreachable + expungeAfter, EXPUNGE, 0))
      if (!one.inactive && now >= inactive) {
        one.inactive = true
        if (app.restart?.old.has(one) !== true) app.queued++
      }
      if (now >= expunged) {
        this.kill(one)
        if (app.restart?.old.delete(one) === true) this.queueNew(app)
      } else next = Math.min(next, one.inactive ? expunged : inactive)
    }
    next = Math.min(next, this.checkSurplus(app))
    if (next !== Infinity) this.queue.addAfter(app.row, Math.max(1, next - now))
  }
}

/** The first time of a periodic check that is not before `time`. */
const later = (time: Time, period: Time, phase: Time): Time =>
  time === Infinity ? Infinity : Math.ceil((time - (phase % period)) / period) * period + (phase % period)

function viewOf({ running, staged, unreachable }: Instance): Killable {
  if (unreachable !== Infinity) return { condition: 'unreachable', since: running === Infinity ? staged : running }
  return running === Infinity ? { condition: 'staging', since: staged } : { condition: 'running', since: running }
}
