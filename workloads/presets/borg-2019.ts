/**
 * Jobs of Google's Borg in May 2019, a cell's mix. Source: Tirmazi et al. 2020, Borg: the Next Generation, EuroSys (the trace: google/cluster-data,
 * version 3).
 *
 * CPU time of a job in hours of a normalised compute unit (NCU, the CPU of the largest machine): bounded Pareto with the published tail
 * exponent 0.69, its bounds set so that mean (1.18 against 1.19 published), C² (23,470 against 23,312) and the share of the largest 1 % (97.2 % against
 * "over 99 %") come near the paper. "C² over 23,000" and "over 99 %" are in the paper's abstract and text; the rest is quoted from memory of its tables.
 * Tasks per job by tier: lognormal with median 1 and the published 95th percentiles 3, 21, 67 and 498 (from memory of figure 11); that the law
 * is lognormal is our choice. DOUBTFUL: the shares of the tiers are not in our reference, so all tiers are equally frequent here, and the
 * request of a task (lognormal, sigma 0.9 by a third-party fit) has a median of 1 % of a machine by assumption. Priorities are
 * typical values of each tier (free 0 to 99, best-effort batch 110 to 115, mid 116 to 119, production 120 to 359).
 * A job is never longer than the trace's 31 days: what does not fit becomes more tasks. Use is about 60 % of requests.
 */
import { cvOf, meanOf, type JobPreset } from './job-preset.ts'

const HOUR = 3_600_000_000
const GIB = 1_073_741_824
/** Normal score of 95 %. */
const Z95 = 1.6448536269514722

const REQUEST_SIGMA = 0.9
const REQUEST_MEDIAN = 0.01

export const BORG_WORK = { alpha: 0.69, low: 2.13e-3, high: 1.17e5 } as const

const tier = (p95: number, priority: number) => {
  const sigma = Math.log(p95) / Z95
  return { weight: 1, priority, tasks: { kind: 'lognormal', mean: meanOf(1, sigma), cv: cvOf(sigma) } } as const
}

export const borg2019: JobPreset = {
  name: 'borg-2019',
  summary: 'jobs of a Borg cell, May 2019: CPU time with an extremely heavy tail, tasks by tier',
  source: 'Tirmazi et al. 2020, EuroSys',
  // The trace does not name the largest machine; this is a server of its time.
  machine: { cpu: 64_000, memory: 256 * GIB },
  make: (machine) => ({
    size: {
      kind: 'drawn',
      cpu: { kind: 'lognormal', mean: meanOf(REQUEST_MEDIAN, REQUEST_SIGMA) * machine.cpu, cv: cvOf(REQUEST_SIGMA) },
      memory: { kind: 'lognormal', mean: meanOf(REQUEST_MEDIAN, REQUEST_SIGMA) * machine.memory, cv: cvOf(REQUEST_SIGMA) },
    },
    time: {
      kind: 'work',
      work: {
        kind: 'bounded-pareto',
        alpha: BORG_WORK.alpha,
        low: BORG_WORK.low * HOUR * machine.cpu,
        high: BORG_WORK.high * HOUR * machine.cpu,
      },
      longest: 31 * 24 * HOUR,
    },
    classes: [tier(21, 25), tier(498, 112), tier(67, 117), tier(3, 200)],
    correlation: { duration: 0, memory: 0 },
    dag: { kind: 'independent' },
    usage: 0.6,
  }),
}
