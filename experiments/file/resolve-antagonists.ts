/** Antagonists with the row of their pool and all defaults filled. */
import { suggestion, type Antagonist } from '../../sim/index.ts'
import type { Issue } from './document.ts'
import type { AntagonistData } from './schema/antagonists.ts'

/** Adds an issue for an unknown pool, and for one that demands nothing. */
export function resolveAntagonists(given: readonly AntagonistData[], pools: readonly string[], issues: Issue[]): readonly Antagonist[] {
  return given.map(({ pool, cpu, weight = cpu, ...rest }, i): Antagonist => {
    const place = (key: string) => ['workload', 'antagonists', i, key] as const
    const row = pool === undefined ? undefined : pools.indexOf(pool)
    if (row === -1)
      issues.push({
        path: place('pool'),
        message: `found the unknown pool "${pool}"; accepted: ${pools.join(', ')}${suggestion(pool!, pools)}`,
      })
    for (const [key, value] of [
      ['cpu', cpu],
      ['weight', weight],
    ] as const)
      // prettier-ignore
      if (value === 0) issues.push({ path: place(key), message: 'found 0; accepted: an amount of CPU above 0' })
    return { ...rest, cpu, weight, ...(row === undefined ? {} : { pool: row }) }
  })
}
