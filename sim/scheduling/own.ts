/** A user's own scheduler: the doors through which a default export becomes a member of the family. */
import { adopt } from '../common/adopt.ts'
import type { Adopted, Door, Exported, OwnAlgorithm } from '../common/adopt.ts'
import type { ParameterValue } from '../common/define.ts'
import type { ClusterView } from '../cluster/views.ts'
import { ScorePlacer } from './by-score.ts'
import type { Placer, SchedulerDefinition, SchedulingContext, Score } from './policy.ts'

type Given = Readonly<Record<string, ParameterValue>>

/** The narrow door, complete: `score` is the scheduler. Keep no state in the object, all runs share it. */
export interface OwnScheduler extends OwnAlgorithm {
  readonly score: Score
}

/** `{ name, score(pod, node, view, values) }`, or `{ name, create(values, context) }` that returns a Placer. */
export function adoptScheduler(exported: unknown): Adopted<SchedulerDefinition> {
  return adopt<Placer, SchedulingContext>('scheduler', exported, [scoreDoor, createDoor])
}

const scoreDoor: Door<Placer, SchedulingContext> = {
  name: 'score',
  make: (exported) => (values) => {
    const own = exported as unknown as OwnScheduler
    return new ScorePlacer(own.name, (pod, node, view, given) => own.score(pod, node, view, given), values)
  },
}

const createDoor: Door<Placer, SchedulingContext> = {
  name: 'create',
  make: (exported) => (values, context) => new OwnPlacer(exported, values, context),
}

/** Guards what a user's placer returns; that the node fits is asked of every placer (loop.ts). */
class OwnPlacer implements Placer {
  examined = 0
  private readonly name: string
  private readonly placer: Partial<Placer>

  constructor(exported: Exported, values: Given, context: SchedulingContext) {
    this.name = String(exported['name'])
    const create = exported['create'] as (values: Given, context: SchedulingContext) => unknown
    const made = create.call(exported, values, context)
    if (typeof made !== 'object' || made === null || typeof (made as Partial<Placer>).place !== 'function') {
      throw new Error(`${this.name}: create must return an object with place(pod, view), found ${made === null ? 'null' : typeof made}`)
    }
    this.placer = made as Partial<Placer>
  }

  place(pod: number, view: ClusterView): number {
    const node: unknown = this.placer.place!(pod, view)
    if (typeof node !== 'number' || !Number.isInteger(node)) {
      throw new Error(
        `${this.name}: place must return a node's row, or -1 for none, found ${typeof node === 'number' ? String(node) : typeof node}`,
      )
    }
    const examined = this.placer.examined
    this.examined = typeof examined === 'number' && examined >= 0 ? examined : view.nodes.ready
    return node
  }
}
