/**
 * Batch jobs of Alibaba's cluster trace of 2018 (about 4,000 machines, 8 days, 4 million jobs, 14 million tasks). Source: the trace's
 * description (alibaba/clusterdata, cluster-trace-v2018); structures: Tian, Zheng, Wang 2019, Characterizing and Synthesizing Task Dependencies
 * of Data-Parallel Jobs in Alibaba Cloud, SoCC: sparsely connected trees of bounded depth.
 *
 * Tasks per job: lognormal through two published facts, half of the jobs with one task and 1 % above 30; its mean of 3.5 is that of the trace (14 / 4)
 * without having been fitted. DOUBTFUL, from memory and to be checked before it is quoted: those two facts; the shares of the
 * structures (chains, many sources and one sink, diamonds, layers of depth up to 4), which are ours; task durations (lognormal, median 20 s of a
 * reported 10 to 30 s, one in a thousand above an hour); requests of half a core or a core, and memory up to 1 % of a machine.
 * A task of the trace has about 70 instances; here it is one pod.
 */
import { cvOf, meanOf, type JobPreset } from './job-preset.ts'

const SECOND = 1_000_000
const GIB = 1_073_741_824

/** Half of the jobs round to 1 task, so the median is 1.5; 30.5 is where 1 % begins. */
const COUNT_MEDIAN = 1.5
const COUNT_SIGMA = Math.log(30.5 / 1.5) / 2.3263478740408408
/** One in a thousand is longer than an hour. */
const TIME_MEDIAN = 20 * SECOND
const TIME_SIGMA = Math.log(3600 / 20) / 3.090232306167813

export const alibaba2018: JobPreset = {
  name: 'alibaba-2018',
  summary: "batch jobs of Alibaba's 2018 trace: few short tasks in chains, trees and diamonds",
  source: 'alibaba/clusterdata v2018; Tian et al. 2019, SoCC',
  machine: { cpu: 96_000, memory: 512 * GIB },
  make: (machine) => ({
    size: {
      kind: 'drawn',
      cpu: { kind: 'empirical', values: [500, 1000] },
      memory: { kind: 'uniform', low: 0.001 * machine.memory, high: 0.01 * machine.memory },
    },
    time: { kind: 'duration', duration: { kind: 'lognormal', mean: meanOf(TIME_MEDIAN, TIME_SIGMA), cv: cvOf(TIME_SIGMA) } },
    classes: [{ weight: 1, priority: 0, tasks: { kind: 'lognormal', mean: meanOf(COUNT_MEDIAN, COUNT_SIGMA), cv: cvOf(COUNT_SIGMA) } }],
    correlation: { duration: 0, memory: 0 },
    dag: {
      kind: 'mixed',
      parts: [
        { weight: 1, dag: { kind: 'chain' } },
        { weight: 1, dag: { kind: 'join' } },
        { weight: 1, dag: { kind: 'fork-join' } },
        { weight: 1, dag: { kind: 'layers', depth: 4, parents: 1 } },
      ],
    },
    usage: 0.4,
  }),
}
