/** Antagonists with the row of their pool and all defaults filled. */
import { suggestion, type Antagonist } from '../../sim/index.ts'
import type { Issue } from './document.ts'
import type { AntagonistData } from './schema/antagonists.ts'

/** Adds an issue for an unknown pool. */
export function resolveAntagonists(given: readonly AntagonistData[], pools: readonly string[], issues: Issue[]): readonly Antagonist[] {
  return given.map(({ pool, cpu, weight = cpu, ...rest }, i): Antagonist => {
    const row = pool === undefined ? undefined : pools.indexOf(pool)
    if (row === -1)
      issues.push({
        path: ['workload', 'antagonists', i, 'pool'],
        message: `found the unknown pool "${pool}"; accepted: ${pools.join(', ')}${suggestion(pool!, pools)}`,
      })
    return { ...rest, cpu, weight, ...(row === undefined ? {} : { pool: row }) }
  })
}
