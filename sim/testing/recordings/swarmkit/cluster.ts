/** Runs a recorded script on our scheduler of Docker Swarm mode. */
import type { Time } from '../../../common/ids.ts'
import { parseConstraint } from '../../../scheduling/profiles/swarm/constraints.ts'
import type { Order } from '../../../scheduling/profiles/swarm/group.ts'
import { SwarmScheduler } from '../../../scheduling/profiles/swarm/scheduler.ts'
import type { SwarmNodeSpec, SwarmTaskSpec } from '../../../scheduling/profiles/swarm/specs.ts'

type Counts = Record<string, number>

/** A recorded node. */
export interface RecordedNode {
  readonly id: string
  readonly cpu_nano: number
  readonly memory_bytes: number
  readonly discrete?: Counts
  readonly named?: Readonly<Record<string, readonly string[]>>
  readonly node_labels?: Readonly<Record<string, string>>
  readonly engine_labels?: Readonly<Record<string, string>>
  readonly hostname: string
  readonly role: SwarmNodeSpec['role']
  readonly os: string
  readonly arch: string
  readonly ip: string
  readonly availability: SwarmNodeSpec['availability']
  readonly state: SwarmNodeSpec['state']
}

/** A recorded service. */
export interface RecordedService {
  readonly id: string
  readonly version: number
  readonly cpu_nano?: number
  readonly memory_bytes?: number
  readonly generic?: Counts
  readonly constraints?: readonly string[]
  readonly spread?: readonly string[]
  readonly max_replicas_per_node?: number
  readonly platforms_os_arch?: readonly (readonly [string, string])[]
  readonly host_port?: number
}

/** A recorded step: what is done to the cluster. */
export interface RecordedStep {
  readonly op: string
  readonly create?: Counts
  readonly service?: string
  readonly node?: string
  readonly count?: number
  readonly seconds?: number
  readonly version?: number
  readonly value?: SwarmNodeSpec['availability']
  readonly new_node?: RecordedNode
}

/** What is seen of the cluster after a step. */
export interface StepResult {
  readonly tasks?: Record<string, Counts>
  readonly waiting?: Counts
  readonly errors?: Record<string, string>
  readonly picks?: readonly string[]
}

interface Task {
  readonly id: number
  readonly service: string
}

const SECOND: Time = 1_000_000
/** Time that passes after each change. */
const SETTLE: Time = 3 * SECOND

/** A cluster that is changed step by step. */
export class ScriptedSwarm {
  private readonly scheduler: SwarmScheduler
  private readonly nodes = new Map<string, RecordedNode>()
  private readonly services = new Map<string, RecordedService>()
  private tasks: Task[] = []
  private now: Time = 0

  constructor(nodes: readonly RecordedNode[], services: readonly RecordedService[], order: Order) {
    this.scheduler = new SwarmScheduler(order)
    for (const node of nodes) this.describe(node)
    for (const service of services) this.services.set(service.id, service)
  }

  start(initial: readonly { readonly node: string; readonly service: string; readonly count: number }[]): void {
    for (const { node, service, count } of initial)
      for (let i = 0; i < count; i++) this.add(service, this.scheduler.createRunning(this.spec(service), node))
    this.settle()
  }

  /** Carries out a step and returns what is seen then. */
  do(step: RecordedStep): StepResult {
    const picks = this.carryOut(step)
    this.settle()
    return { ...this.seen(), ...(picks !== undefined && { picks }) }
  }

  private carryOut({ op, create, service, node, count, seconds, version, value, new_node }: RecordedStep): string[] | undefined {
    switch (op) {
      case 'create':
        for (const name in create) for (let i = 0; i < create[name]; i++) this.create(name)
        return
      case 'cycle':
        return this.cycle(service!, count!)
      case 'fail':
      case 'remove':
      case 'shutdownWanted':
        for (const task of this.upOn(service!, node!).slice(0, count)) this.end(task, op)
        return
      case 'advance':
        this.now += seconds! * SECOND
        return
      case 'bumpVersion':
        this.services.set(service!, { ...this.services.get(service!)!, version: version! })
        this.scheduler.publish(service!, version!)
        return
      case 'availability':
        this.describe({ ...this.nodes.get(node!)!, availability: value! })
        return
      case 'addNode':
        this.describe(new_node!)
        return
      default:
        throw new Error(`step ${JSON.stringify(op)} is not known`)
    }
  }

  /** Creates a task, fails it where it was placed, and so on; returns the nodes. One that was not placed is deleted. */
  private cycle(service: string, count: number): string[] {
    const picks: string[] = []
    for (let i = 0; i < count; i++) {
      const task = this.create(service)
      this.settle()
      const node = this.scheduler.nodeOf(task.id)
      picks.push(node ?? '')
      this.end(task, node === null ? 'remove' : 'fail')
      this.settle()
    }
    return picks
  }

  private end(task: Task, op: 'fail' | 'remove' | 'shutdownWanted'): void {
    if (op === 'fail') this.scheduler.fail(task.id, this.now)
    else if (op === 'remove') this.scheduler.remove(task.id)
    else this.scheduler.shutDown(task.id)
    this.tasks = this.tasks.filter((other) => other !== task)
  }

  private upOn(service: string, node: string): Task[] {
    return this.tasks.filter((task) => task.service === service && this.scheduler.nodeOf(task.id) === node)
  }

  private seen(): StepResult {
    const tasks: Record<string, Counts> = {}
    const waiting: Counts = {}
    const errors: Record<string, string> = {}
    for (const { id, service } of this.tasks) {
      const node = this.scheduler.nodeOf(id)
      if (node !== null) {
        const counts = (tasks[service] ??= {})
        counts[node] = (counts[node] ?? 0) + 1
        continue
      }
      const error = this.scheduler.errorOf(id)
      errors[service] = waiting[service] === undefined || errors[service] === error ? error : 'mixed'
      waiting[service] = (waiting[service] ?? 0) + 1
    }
    return { tasks, waiting, errors }
  }

  private create(service: string): Task {
    return this.add(service, this.scheduler.create(this.spec(service)))
  }

  private add(service: string, id: number): Task {
    const task = { id, service }
    this.tasks.push(task)
    return task
  }

  private settle(): void {
    this.scheduler.settle(this.now, this.now + SETTLE)
    this.now += SETTLE
  }

  private describe(node: RecordedNode): void {
    this.nodes.set(node.id, node)
    this.scheduler.describe({
      id: node.id,
      hostname: node.hostname,
      role: node.role,
      os: node.os,
      architecture: node.arch,
      address: node.ip,
      nodeLabels: node.node_labels ?? {},
      engineLabels: node.engine_labels ?? {},
      availability: node.availability,
      state: node.state,
      cpu: node.cpu_nano,
      memory: node.memory_bytes,
      generic: { ...node.discrete, ...node.named },
    })
  }

  private spec(name: string): SwarmTaskSpec {
    const service = this.services.get(name)!
    return {
      service: name,
      version: service.version === 0 ? null : service.version,
      cpu: service.cpu_nano ?? 0,
      memory: service.memory_bytes ?? 0,
      generic: service.generic ?? {},
      constraints: (service.constraints ?? []).map(parseConstraint),
      preferences: service.spread ?? [],
      maxReplicas: service.max_replicas_per_node ?? 0,
      platforms: (service.platforms_os_arch ?? []).map(([os, architecture]) => ({ os, architecture })),
      hostPorts: service.host_port === undefined ? [] : [`tcp/${service.host_port}`],
    }
  }
}
