/** What a group of decisions overwrites while it is carried out. */
import { NONE } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import { PodPhase } from './views.ts'

/** What the decisions of a group have overwritten, by place in the group, so that it can be taken back. */
export class Before extends ColumnTable {
  readonly phase = this.kinds<PodPhase>(PodPhase.Gone)
  readonly nominated = this.column(Int32Array, NONE)
}

/** On a node and not terminating. */
export const isAlive = (phase: PodPhase): boolean => phase === PodPhase.Bound || phase === PodPhase.Running || phase === PodPhase.Ready

/** The name of a phase, for messages. */
export const nameOfPhase = (phase: PodPhase): string =>
  Object.entries(PodPhase).find(([, value]) => value === phase)?.[0] ?? `in phase ${phase}`
