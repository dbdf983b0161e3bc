/** What a group of decisions overwrites while it is carried out. */
import { NONE } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import { PodPhase } from './views.ts'

/** What the decisions of a group have overwritten, by place in the group, so that it can be taken back. */
export class Before extends ColumnTable {
  readonly phase = this.kinds<PodPhase>(PodPhase.Gone)
  readonly nominated = this.column(Int32Array, NONE)
}
