/** A user's own scheduler: the forms in which a default export becomes a member of the family. */
import type { Decisions } from '../cluster/decisions.ts'
import type { ClusterView } from '../cluster/views.ts'
import { adopt, type Adopted, type Form, type Exported, type OwnAlgorithm } from '../common/adopt.ts'
import type { ParameterValue } from '../common/define.ts'
import { NONE } from '../common/ids.ts'
import type { DeviceMask, NodeId, PodId } from '../common/ids.ts'
import { NamedScore, ScorePlacer, ScoreScan } from './by-score.ts'
import type { Placer, Scheduler, SchedulingContext, SchedulingDefinition, Score, Wake } from './policy.ts'

type Given = Readonly<Record<string, ParameterValue>>

/** The narrow form, complete: `score` is the scheduler. Keep no state in the object, all runs share it. */
export interface OwnScheduler extends OwnAlgorithm {
  readonly score: Score
  /**
   * `'anything'`: every node is asked for every pod. Without it, scores are kept and asked again only for nodes that changed; a score that
   * reads more of the view than the pod's requests and the node is noticed, one with state of its own must say `depends: 'anything'`.
   */
  readonly depends?: 'anything'
}

/** The wider forms: `create` returns a Placer (pod by pod) or a Scheduler (all pending pods at once, every kind of decision). */
export interface OwnStatefulScheduler extends OwnAlgorithm {
  create(values: Given, context: SchedulingContext): Partial<Placer> | Scheduler
}

/** `{ name, score(pod, node, view, values) }`, or `{ name, create(values, context) }` that returns `{ place }` or `{ wake }`. */
export function adoptScheduler(exported: unknown): Adopted<SchedulingDefinition> {
  const adopted = adopt<Placer | Scheduler, SchedulingContext>('scheduler', exported, [byScoreForm, byCreateForm])
  const depends = (exported as Exported | null | undefined)?.['depends']
  if (depends === undefined || depends === 'anything') return adopted
  const problem = `depends must be 'anything' or left out, found ${JSON.stringify(depends) ?? typeof depends}`
  return { problems: 'problems' in adopted ? [...adopted.problems, problem] : [problem] }
}

const byScoreForm: Form<Placer, SchedulingContext> = {
  name: 'score',
  make: (exported) => (values) => {
    const own = exported as unknown as OwnScheduler
    const score = new NamedScore(own.name, (pod, node, view, given) => own.score(pod, node, view, given), values)
    return own.depends === 'anything' ? new ScoreScan(score) : new ScorePlacer(score)
  },
}

const byCreateForm: Form<Placer | Scheduler, SchedulingContext> = {
  name: 'create',
  make: (exported) => (values, context) => created(exported, values, context),
}

function created(exported: Exported, values: Given, context: SchedulingContext): Placer | Scheduler {
  const name = String(exported['name'])
  const create = exported['create'] as (values: Given, context: SchedulingContext) => unknown
  const made = create.call(exported, values, context)
  const has = (form: string): boolean =>
    typeof made === 'object' && made !== null && typeof (made as Readonly<Record<string, unknown>>)[form] === 'function'
  if (has('wake')) return new OwnWaker(made as Scheduler)
  if (has('place')) return new OwnPlacer(name, made as Partial<Placer>)
  throw new Error(
    `${name}: create must return an object with place(pod, view) or wake(reason, view, pending, out), found ${made === null ? 'null' : typeof made}`,
  )
}

/** Keeps `this` of the user's object. */
class OwnWaker implements Scheduler {
  private readonly scheduler: Scheduler

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler
  }

  wake(reason: Wake, view: ClusterView, pending: readonly PodId[], out: Decisions): void {
    this.scheduler.wake(reason, view, pending, out)
  }
}

/** Checks what a user's placer returns; whether the node fits is checked for every placer (queue/loop.ts). */
class OwnPlacer implements Placer {
  examined = 0
  devices: DeviceMask = NONE
  private readonly name: string
  private readonly placer: Partial<Placer>

  constructor(name: string, placer: Partial<Placer>) {
    this.name = name
    this.placer = placer
  }

  place(pod: PodId, view: ClusterView): NodeId {
    const node: unknown = this.placer.place!(pod, view)
    if (typeof node !== 'number' || !Number.isInteger(node)) {
      throw new Error(
        `${this.name}: place must return a node's row, or -1 for none, found ${typeof node === 'number' ? String(node) : typeof node}`,
      )
    }
    this.devices = this.placer.devices ?? NONE
    const examined = this.placer.examined
    this.examined = typeof examined === 'number' && examined >= 0 ? examined : view.nodes.ready
    return node
  }
}
