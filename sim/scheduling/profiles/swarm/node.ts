/** What the scheduler keeps of a node: free amounts, counts of active tasks, ports in use and recent failures. */
import type { Time } from '../../../common/ids.ts'
import { GenericResources, type Claim } from './generic-resources.ts'
import type { SwarmNodeSpec, SwarmTaskSpec } from './specs.ts'

/** Failures are remembered for this time [µs]. */
export const FAILURE_WINDOW: Time = 300_000_000
/** From this number of failures of a service version within the window on, they decide before the counts of tasks. */
export const MAX_FAILURES = 5

interface Held {
  readonly spec: SwarmTaskSpec
  readonly claim: Claim
  active: boolean
}

/** A node of the swarm. Tasks are numbers. */
export class SwarmNode {
  spec: SwarmNodeSpec
  freeCpu = 0
  freeMemory = 0
  generic = new GenericResources({})
  /** Active tasks: those that are wanted up to running or completed. */
  active = 0
  private readonly byService = new Map<string, number>()
  private readonly tasks = new Map<number, Held>()
  private readonly ports = new Set<string>()
  /** Times of failures by service and version, oldest first. */
  private readonly failures = new Map<string, Time[]>()

  constructor(spec: SwarmNodeSpec) {
    this.spec = spec
    this.describe(spec)
  }

  /** Takes a new description; tasks keep what they hold. */
  describe(spec: SwarmNodeSpec): void {
    this.spec = spec
    this.freeCpu = spec.cpu
    this.freeMemory = spec.memory
    this.generic = new GenericResources(spec.generic)
    for (const { spec: task, claim } of this.tasks.values()) {
      this.freeCpu -= task.cpu
      this.freeMemory -= task.memory
      this.generic.take(claim)
    }
  }

  activeOf(service: string): number {
    return this.byService.get(service) ?? 0
  }

  portInUse(port: string): boolean {
    return this.ports.has(port)
  }

  /** Puts a task on the node. */
  add(task: number, spec: SwarmTaskSpec): void {
    this.freeCpu -= spec.cpu
    this.freeMemory -= spec.memory
    this.tasks.set(task, { spec, claim: this.generic.claim(spec.generic), active: true })
    for (const port of spec.hostPorts) this.ports.add(port)
    this.count(spec.service, 1)
  }

  /** The task is to be shut down: it counts no longer, but keeps its reservation until it is removed. */
  deactivate(task: number): void {
    const held = this.tasks.get(task)
    if (held === undefined || !held.active) return
    held.active = false
    this.count(held.spec.service, -1)
  }

  /** Removes a task; false when it is not on the node. */
  remove(task: number): boolean {
    const held = this.tasks.get(task)
    if (held === undefined) return false
    this.deactivate(task)
    this.tasks.delete(task)
    this.freeCpu += held.spec.cpu
    this.freeMemory += held.spec.memory
    this.generic.release(held.claim)
    for (const port of held.spec.hostPorts) this.ports.delete(port)
    return true
  }

  /** Remembers that a task failed or was rejected. */
  failed(spec: SwarmTaskSpec, now: Time): void {
    const key = failureKey(spec)
    const recent = (this.failures.get(key) ?? []).filter((time) => now - time < FAILURE_WINDOW)
    this.failures.set(key, [...recent, now])
  }

  /** Failures of this service version within the window, its edge included. */
  recentFailures(spec: SwarmTaskSpec, now: Time): number {
    const times = this.failures.get(failureKey(spec))
    if (times === undefined) return 0
    let count = 0
    for (const time of times) if (now - time <= FAILURE_WINDOW) count++
    return count
  }

  private count(service: string, change: number): void {
    this.active += change
    this.byService.set(service, this.activeOf(service) + change)
  }
}

const failureKey = ({ service, version }: SwarmTaskSpec): string => `${version ?? 0} ${service}`
