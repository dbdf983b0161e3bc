/** What a call or a step of a request costs, drawn from given uniforms. */
import type { Cost } from '../../sim/index.ts'
import { WorkDraws } from './draw-work.ts'
import type { WorkSpec } from './spec.ts'

/** The cost of a work; null: neither wait nor work, since the first step is a call. */
export const costOf = (work: WorkSpec | null): Cost => (work === null ? FREE : new WorkDraws(work))

const FREE: Cost = {
  at: (into) => {
    into.wait = 0
    into.work = 0
  },
}
