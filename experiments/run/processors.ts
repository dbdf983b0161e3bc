/** How many worker threads this process may keep busy: on a shared machine fewer than it has processors. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Quota and period of the control group: `max 100000` or `400000 100000`. */
const CGROUP = '/sys/fs/cgroup/cpu.max'

/** The processors that a batch system allotted (SLURM_CPUS_PER_TASK), that the control group allows, or that the machine has. */
export function usableProcessors(
  environment: NodeJS.ProcessEnv = process.env,
  cgroup: () => string = () => readFileSync(CGROUP, 'utf8'),
): number {
  const allotted = Number(environment['SLURM_CPUS_PER_TASK'])
  if (Number.isInteger(allotted) && allotted > 0) return allotted
  return Math.max(1, Math.min(availableParallelism(), quota(cgroup)))
}

function quota(cgroup: () => string): number {
  try {
    const [limit, period] = cgroup().trim().split(' ').map(Number)
    return limit > 0 && period > 0 ? Math.ceil(limit / period) : Infinity
  } catch {
    return Infinity
  }
}
