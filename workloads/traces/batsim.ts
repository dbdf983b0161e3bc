/**
 * The batsim format: the workload of a simulated parallel machine, a JSON document with jobs and the profiles that they run. A job of `res`
 * hosts becomes `res` pods of one core, as in swf. Only profiles with a fixed time have a run time without a model of the machine. Source: Dutot et al. 2016,
 * Batsim: a Realistic Language-Independent Resources and Jobs Management Systems Simulator, JSSPP.
 */
import { documentOf, isJsonMap, type JsonPart } from './document.ts'
import { TraceError } from './error.ts'
import type { RowFormat } from './format.ts'
import { listedPods, MAX_LISTED, plainShape, refuseLonger, type ListedPod } from './listed.ts'

const MAX_SECONDS = 9e9
const MAX_HOSTS = 16_777_216

export const batsim: RowFormat<'pods'> = {
  name: 'batsim',
  kind: 'pods',
  title: 'jobs of a parallel machine as a workload of Batsim: submission, hosts, and the delay of their profile',
  columns: ['jobs[].subtime', 'jobs[].res', 'jobs[].profile', 'profiles'],
  source: 'Dutot et al. 2016, Batsim, JSSPP',
  fits: () => false,
  document: ({ jobs, profiles }) => Array.isArray(jobs) && isJsonMap(profiles),
  open(lines) {
    const { file } = lines
    const root = documentOf(lines)
    const profiles = root.at('profiles')
    profiles.map()
    const jobs = root.at('jobs').list()
    if (jobs.length === 0) throw new TraceError({ file, column: 'jobs' }, 'no row', 'at least one job')
    if (jobs.length > MAX_LISTED) refuseLonger(file, 0, 'a JSON document has no order')
    const pods: ListedPod[] = []
    const left = new Map<string, number>()
    jobs.forEach((job, i) => {
      const arrival = Math.round(job.at('subtime').number(MAX_SECONDS) * 1e6)
      const tasks = job.at('res').whole(MAX_HOSTS, 1)
      const profile = profiles.at(job.at('profile').text())
      if (profile.missing) job.at('profile').refuse('the name of one of profiles')
      const delay = delayOf(profile)
      if (typeof delay === 'string') left.set(delay, (left.get(delay) ?? 0) + 1)
      else pods.push({ line: i + 1, arrival, duration: delay, shape: 0, tasks })
    })
    const notes = [...left].map(
      ([type, count]) =>
        `${count} jobs with a profile of type ${type} are left out: its run time depends on a model of the machine and its network`,
    )
    if (pods.length === 0)
      throw new TraceError({ file, column: 'profiles' }, `no job with a fixed run time (${notes.join('; ')})`, 'profiles of type delay')
    return listedPods(file, pods, [plainShape(1000, 0)], [''], notes)
  },
}

/** The run time [µs], or the type of a profile that has none. The type was called `delay` before Batsim 5. */
function delayOf(profile: JsonPart): number | string {
  const type = profile.at('type').text()
  return type === 'delay' || type === 'DelayProfile' ? Math.round(profile.at('delay').number(MAX_SECONDS) * 1e6) : type
}
