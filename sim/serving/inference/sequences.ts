/** Requests as sequences of tokens in an engine, a row per row of `Requests`. A sequence that was preempted keeps what it has generated. */
import { NONE, type RequestId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'

export class Sequences extends ColumnTable {
  /** Tokens whose keys and values are in the cache. */
  computed = this.column(Float64Array)
  /** Tokens generated so far. */
  generated = this.column(Float64Array)
  /** Leading blocks of the prompt that the sequence uses in the prefix cache; its other tokens are its own. */
  held = this.column(Int32Array)
  /** When the first token was generated; NONE before. */
  first = this.column(Float64Array, NONE)
  /** How often it has joined the batch. */
  admissions = this.column(Int32Array)
  /** Tokens that each iteration computes for it. */
  share = this.column(Float64Array)

  /** A new sequence. */
  begin(row: RequestId): void {
    this.reserve(row + 1)
    this.computed[row] = 0
    this.generated[row] = 0
    this.held[row] = 0
    this.first[row] = NONE
    this.admissions[row] = 0
    this.share[row] = 0
  }
}
