/**
 * Sparrow: probes to nodes drawn at random, `ratio` of them for each task of a job; its tasks wait at the least loaded of these nodes, or, with late
 * binding, reservations wait at all of them, and the first nodes that come to one get the tasks.
 *
 * A job is the pods of one owner and job that arrive at one instant; any other pod is a job of one task. A node works through its queue first in,
 * first out, and takes the head when it fits.
 */
import { NodeState, PodPhase, Subject } from '../../cluster/views.ts'
import type { ClusterView, LogCursor, LogView } from '../../cluster/views.ts'
import type { Decisions } from '../../cluster/decisions.ts'
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { NONE, type NodeId, type PodClassId, type PodId, type Time } from '../../common/ids.ts'
import type { Scheduler, SchedulingContext, Wake } from '../policy.ts'

const parameters = {
  ratio: { kind: 'integer', default: 2, min: 1, max: 100, meaning: 'probes for each task' },
  sampling: {
    kind: 'choice',
    choices: ['batch', 'per-task'],
    default: 'batch',
    meaning: 'batch: all probes of a job choose for its tasks together; per-task: those of each task choose for it',
  },
  lateBinding: { kind: 'boolean', default: true, meaning: 'probes leave reservations; false: tasks go to the nodes with the fewest tasks' },
  delay: {
    kind: 'duration',
    default: 500,
    min: 0,
    meaning: 'network delay of a message, one way; default 500us, as simulated in the paper',
  },
} as const

export const sparrow = define({
  name: 'sparrow',
  summary:
    'probes of random nodes, a number for each task of a job; tasks wait at the least loaded ones, or reservations at all of them (late binding); first drawn on ties',
  source: 'Ousterhout et al. SOSP 2013, Sparrow: distributed, low latency scheduling',
  fidelity: 'simplified',
  parameters,
  create: (values, context: SchedulingContext): Scheduler => new Sparrow(values, context),
})

/** A pod, while its row is not used again. */
interface Task {
  readonly pod: PodId
  readonly order: number
}

/** Equal tasks that share their probes. */
interface Job {
  readonly podClass: PodClassId
  /** Tasks that no node has got. */
  readonly tasks: Task[]
  /** Reservations and questions of nodes that are not answered. */
  open: number
}

/** In the queue of a node: a task, or a reservation for any task of a job. */
interface Item {
  readonly job: Job
  readonly task: Task | null
}

class Sparrow implements Scheduler {
  private readonly queues = new Map<NodeId, Item[]>()
  /** Requests on nodes that the view does not show: tasks on their way, and those bound by this wake. */
  private readonly promised = new Map<NodeId, PodClassId[]>()
  private landed: { readonly node: NodeId; readonly podClass: PodClassId }[] = []
  /** Messages under way; all take equally long, so the first one arrives first. */
  private mail: { readonly at: Time; arrives(out: Decisions): void }[] = []
  /** Pods that have been probed for, with their order of creation. */
  private readonly known = new Map<PodId, number>()
  private readonly candidates = new Map<PodClassId, NodeId[]>()
  private view!: ClusterView
  private log: LogView | undefined
  private cursor!: LogCursor
  private wakes: Time = NONE
  private readonly values: Values<typeof parameters>
  private readonly context: SchedulingContext

  constructor(values: Values<typeof parameters>, context: SchedulingContext) {
    this.values = values
    this.context = context
  }

  wake(_reason: Wake, view: ClusterView, pending: readonly PodId[], out: Decisions): void {
    this.view = view
    const changed = this.changed()
    for (const job of this.jobsOf(pending, out)) this.submit(job, out)
    const { landed } = this
    this.landed = []
    for (const { node, podClass } of landed) this.release(node, podClass)
    for (const { node } of landed) this.serve(node, out)
    for (const node of changed) this.serve(node, out)
    const now = this.context.now()
    for (let next = this.mail[0]; next !== undefined && next.at <= now; next = this.mail[0]) {
      this.mail.shift()
      next.arrives(out)
    }
    const next = this.mail[0]?.at ?? NONE
    if (next === NONE || next === this.wakes) return
    this.wakes = next
    this.context.wakeAt(next)
  }

  /** Nodes that have gained free capacity. Queues of nodes that take no pods are given up. */
  private changed(): Set<NodeId> {
    const { view } = this
    const rows = new Set<NodeId>()
    if (view.log !== this.log) {
      this.log = view.log
      this.cursor = view.log.open()
      this.candidates.clear()
    }
    while (this.cursor.next()) {
      const { subject, row } = this.cursor
      if (subject === Subject.PodReleased) rows.add(row)
      else if (subject <= Subject.NodeState || subject === Subject.NodeClass) {
        this.candidates.clear()
        if (view.nodes.state[row] !== NodeState.Ready) this.abandon(row)
      }
    }
    return rows
  }

  private jobsOf(pending: readonly PodId[], out: Decisions): Iterable<Job> {
    const { pods } = this.view
    const jobs = new Map<string, Job>()
    // Nothing has arrived: a wake has no need to look at all pods that wait.
    if (this.known.size === pending.length) return jobs.values()
    if (this.known.size > pending.length) this.forgetGone(pending)
    for (const pod of pending) {
      if (this.known.get(pod) === pods.order[pod]) continue
      const podClass = pods.podClass[pod]
      if (this.candidatesOf(podClass).length === 0) {
        out.decline(pod)
        continue
      }
      this.known.set(pod, pods.order[pod])
      const alone = pods.job[pod] === NONE || this.values.sampling === 'per-task'
      const key = alone ? `pod ${pod}` : `${pods.owner[pod]} ${pods.job[pod]} ${pods.created[pod]} ${podClass}`
      let job = jobs.get(key)
      if (job === undefined) jobs.set(key, (job = { podClass, tasks: [], open: 0 }))
      job.tasks.push({ pod, order: pods.order[pod] })
    }
    return jobs.values()
  }

  /** Drops pods that were deleted while they waited. */
  private forgetGone(pending: readonly PodId[]): void {
    const present = new Set(pending)
    for (const pod of this.known.keys()) if (!present.has(pod)) this.known.delete(pod)
  }

  private submit(job: Job, out: Decisions): void {
    const nodes = this.drawn(job.podClass, this.values.ratio * job.tasks.length)
    out.examined += nodes.length
    if (this.values.lateBinding) this.reserve(job, nodes)
    else this.probe(job, nodes)
  }

  private reserve(job: Job, nodes: readonly NodeId[]): void {
    job.open += nodes.length
    for (const node of nodes) this.send((out) => this.enqueue(node, { job, task: null }, out))
  }

  /** Asks the nodes for their number of tasks, and sends the tasks to the least loaded ones. */
  private probe(job: Job, nodes: readonly NodeId[]): void {
    const found: { readonly node: NodeId; readonly load: number }[] = []
    for (const node of nodes)
      this.send(() => {
        const load = this.view.nodes.podCount[node] + (this.queues.get(node)?.length ?? 0)
        this.send(() => {
          if (found.push({ node, load }) < nodes.length) return
          found.sort((a, b) => a.load - b.load)
          job.tasks.splice(0).forEach((task, i) => {
            const { node: chosen } = found[i]
            this.send((out) => this.enqueue(chosen, { job, task }, out))
          })
        })
      })
  }

  private enqueue(node: NodeId, item: Item, out: Decisions): void {
    const queue = this.queues.get(node)
    if (queue === undefined) this.queues.set(node, [item])
    else queue.push(item)
    if (this.view.nodes.state[node] === NodeState.Ready) this.serve(node, out)
    else this.abandon(node)
  }

  /** The node takes from its queue what fits. */
  private serve(node: NodeId, out: Decisions): void {
    const queue = this.queues.get(node)
    if (queue === undefined) return
    for (let item = queue[0]; item !== undefined; item = queue[0]) {
      const { job, task } = item
      if (task !== null && !this.isPending(task)) queue.shift()
      else if (!this.fits(job.podClass, node)) return
      else {
        queue.shift()
        if (task === null) this.ask(job, node)
        else this.bind(task, job.podClass, node, out)
      }
    }
    this.queues.delete(node)
  }

  /** The node has come to a reservation: it asks for a task, and keeps capacity for it meanwhile. */
  private ask(job: Job, node: NodeId): void {
    this.promise(node, job.podClass)
    this.send(() => {
      const task = this.next(job)
      this.send((out) => {
        job.open--
        this.release(node, job.podClass)
        if (task === undefined) this.serve(node, out)
        else if (!this.isPending(task)) this.serve(node, out)
        else if (this.fits(job.podClass, node)) this.bind(task, job.podClass, node, out)
        else this.known.delete(task.pod)
      })
    })
  }

  private next({ tasks }: Job): Task | undefined {
    let task = tasks.shift()
    while (task !== undefined && !this.isPending(task)) task = tasks.shift()
    return task
  }

  private bind({ pod }: Task, podClass: PodClassId, node: NodeId, out: Decisions): void {
    out.bind(pod, node)
    this.known.delete(pod)
    this.promise(node, podClass)
    this.landed.push({ node, podClass })
  }

  /** The node takes no pods any more: its tasks are probed for again, and its reservations are made elsewhere where a job needs them. */
  private abandon(node: NodeId): void {
    const queue = this.queues.get(node)
    this.queues.delete(node)
    for (const { job, task } of queue ?? []) {
      if (task !== null) this.known.delete(task.pod)
      else {
        job.open--
        const missing = job.tasks.length - job.open
        if (missing > 0) this.reserve(job, this.drawn(job.podClass, missing))
      }
    }
  }

  private send(arrives: (out: Decisions) => void): void {
    this.mail.push({ at: this.context.now() + this.values.delay, arrives })
  }

  private isPending({ pod, order }: Task): boolean {
    const { pods } = this.view
    return pods.order[pod] === order && pods.phase[pod] === PodPhase.Pending
  }

  private promise(node: NodeId, podClass: PodClassId): void {
    const list = this.promised.get(node)
    if (list === undefined) this.promised.set(node, [podClass])
    else list.push(podClass)
  }

  private release(node: NodeId, podClass: PodClassId): void {
    const list = this.promised.get(node)!
    list.splice(list.indexOf(podClass), 1)
    if (list.length === 0) this.promised.delete(node)
  }

  /** Whether the node has room for a pod of the class beside what is promised. */
  private fits(podClass: PodClassId, node: NodeId): boolean {
    const { view } = this
    if (!view.feasible(podClass, node)) return false
    const promised = this.promised.get(node)
    if (promised === undefined) return true
    const { request, gpus } = view.classes
    if (gpus[podClass] > 0 && promised.some((other) => gpus[other] > 0)) return false
    return request.every(
      (amounts, row) => promised.reduce((sum, other) => sum + amounts[other], amounts[podClass]) <= view.nodes.free[row][node],
    )
  }

  /** Nodes drawn at random, all different while there are enough of them. */
  private drawn(podClass: PodClassId, count: number): NodeId[] {
    const nodes = this.candidatesOf(podClass)
    const drawn: NodeId[] = []
    for (let left = nodes.length; drawn.length < count && nodes.length > 0; left--) {
      if (left === 0) left = nodes.length
      const place = this.context.random.int(left)
      const node = nodes[place]
      nodes[place] = nodes[left - 1]
      nodes[left - 1] = node
      drawn.push(node)
    }
    return drawn
  }

  /** Ready nodes on which pods of the class would fit if they were empty. */
  private candidatesOf(podClass: PodClassId): NodeId[] {
    let known = this.candidates.get(podClass)
    if (known === undefined) {
      const { nodes, classes } = this.view
      known = []
      for (let node = 0; node < nodes.count; node++) {
        if (nodes.state[node] !== NodeState.Ready || !this.view.admissible(podClass, node)) continue
        if (classes.request.every((amounts, row) => amounts[podClass] <= nodes.capacity[row][node])) known.push(node)
      }
      this.candidates.set(podClass, known)
    }
    return known
  }
}
