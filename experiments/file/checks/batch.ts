/** Rules between the keys of a Job or a CronJob: those of the API server, and of the names of its versions. */
import { jobSpec, showCpu } from '../../../sim/index.ts'
import type { Issue } from '../document.ts'
import { jobOf } from '../resolve-batch.ts'
import type { BatchData } from '../schema.ts'
import { issuesAt } from './issues.ts'

/** Issues of the i-th item of `workload.batch`. */
export function batchIssues(given: BatchData, i: number): Issue[] {
  const { all, refuse } = issuesAt('workload', 'batch', i)
  const { controller, cpu, limit, usage, version, versions } = given
  if (limit !== undefined) refuse(limit < cpu, ['limit'], `found ${showCpu(limit)}; accepted: at least the request of ${showCpu(cpu)}`)
  refuse(usage.limited && usage.share > 1, ['usage', 'share'], `found ${usage.share * 100}% with limited: true; accepted: at most 100%`)
  const seen = new Set([version])
  versions.forEach(({ name }, k) => {
    refuse(seen.has(name), ['versions', k, 'name'], `found a second version "${name}"; accepted: each name once`)
    seen.add(name)
  })
  const place = controller.kind === 'job' ? ['controller', 'job'] : ['controller', 'cron-job', 'job']
  try {
    jobSpec(jobOf(controller.job))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    refuse(true, place, `found ${error.message.replace(/^Job: /, '')}`)
  }
  return all
}
