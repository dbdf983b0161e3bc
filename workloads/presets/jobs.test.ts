/** Presets against what their sources say: analytic moments, and draws by Kolmogorov and Smirnov. */
import { describe, expect, test } from 'vitest'
import { distribution, type DistributionSpec, normalCdf } from '../../sim/random/index.ts'
import { Counts } from '../jobs/counts.ts'
import { jobsSpec, unlimited } from '../jobs/jobs.fixture.ts'
import { drawsOf, jobsProblems, openJobs } from '../jobs/open.ts'
import { JobPlan } from '../jobs/plan.ts'
import type { DrawnJobsSpec } from '../jobs/spec.ts'
import { streams } from '../streams.fixture.ts'
import { kolmogorov, KOLMOGOROV_99, student } from '../synthetic/theory.fixture.ts'
import { alibaba2018 } from './alibaba-2018.ts'
import { azureVms } from './azure-vms.ts'
import { borg2019, BORG_WORK } from './borg-2019.ts'
import type { JobPreset } from './job-preset.ts'
import { jobPreset, jobPresets } from './jobs.ts'

const HOUR = 3_600_000_000
const specOf = (preset: JobPreset, partial: Partial<DrawnJobsSpec> = {}): DrawnJobsSpec =>
  jobsSpec({ ...preset.make(preset.machine), ...partial })
const drawn = (
  preset: JobPreset,
  n: number,
  of: (plan: JobPlan, shapes: readonly { cpu: number; memory: number }[]) => number,
  partial: Partial<DrawnJobsSpec> = {},
): number[] => {
  const draws = drawsOf(specOf(preset, partial), streams(1)('a'), streams(1)('b'))
  const plan = new JobPlan()
  return Array.from({ length: n }, () => {
    draws.arriving(plan)
    return of(plan, draws.shapes)
  })
}

test('every preset is a valid source', () => {
  for (const preset of jobPresets) {
    expect(jobPreset(preset.name)).toBe(preset)
    expect(jobsProblems(specOf(preset))).toEqual([])
  }
  expect(jobPreset('borg')).toBeUndefined()
})

describe('borg-2019', () => {
  const { alpha, low, high } = BORG_WORK
  const law = distribution({ kind: 'bounded-pareto', alpha, low, high })
  test('CPU time of a job: mean 1.18 NCU-hours and C² 23,470 (published: 1.19 and 23,312)', () => {
    expect(law.mean).toBeCloseTo(1.18, 2)
    expect(law.variance / (law.mean * law.mean) / 23_470).toBeCloseTo(1, 3)
    expect(law.mean / 1.19).toBeCloseTo(1, 1)
  })
  test('the largest 1 % of jobs carry 97.2 %: (h^0.31 - x^0.31) / (h^0.31 - l^0.31) with x the 99th percentile', () => {
    const power = (x: number) => Math.exp(0.31 * Math.log(x))
    expect((power(high) - power(law.quantile(0.99))) / (power(high) - power(low))).toBeCloseTo(0.972, 3)
  })
  test('tasks × duration × request of 5,000 drawn jobs follow that law (KS at 1 %)', () => {
    const hours = drawn(
      borg2019,
      5000,
      (plan, shapes) => (plan.tasks * plan.durations[0] * shapes[plan.shapes[0]].cpu) / borg2019.machine.cpu / HOUR,
    )
    expect(kolmogorov(hours, (x) => law.cdf(x))).toBeLessThan(KOLMOGOROV_99)
  })
  test('tasks: 95th percentiles 21, 498, 67 and 3 by tier', () => {
    const { classes } = borg2019.make(borg2019.machine)
    expect(classes.map(({ tasks }) => Math.round(distribution(tasks).quantile(0.95)))).toEqual([21, 498, 67, 3])
  })
  test('no task is longer than 31 days', () => {
    expect(Math.max(...drawn(borg2019, 20_000, (plan) => plan.durations[0]))).toBeLessThanOrEqual(31 * 24 * HOUR)
  })
})

describe('alibaba-2018', () => {
  const [{ tasks }] = alibaba2018.make(alibaba2018.machine).classes
  const law = distribution(tasks)
  test('half of the jobs have one task, 1 % more than 30, most others 2 to 10; 3.5 tasks a job, as 14 million of 4 million jobs', () => {
    expect(law.cdf(1.5)).toBeCloseTo(0.5, 12)
    expect(law.cdf(30.5)).toBeCloseTo(0.99, 9)
    expect((law.cdf(10.5) - 0.5) / 0.5).toBeGreaterThan(0.85)
    expect(new Counts(tasks).mean / (14 / 4)).toBeCloseTo(1, 1)
  })
  test('durations: median 20 s, one in a thousand above an hour (KS at 1 % of 5,000 first tasks)', () => {
    const time = alibaba2018.make(alibaba2018.machine).time as { duration: DistributionSpec }
    const durations = distribution(time.duration)
    expect(durations.quantile(0.5)).toBeCloseTo(20e6, 0)
    expect(durations.cdf(HOUR)).toBeCloseTo(0.999, 9)
    expect(
      kolmogorov(
        drawn(alibaba2018, 5000, (plan) => plan.durations[0]),
        (x) => durations.cdf(x),
      ),
    ).toBeLessThan(KOLMOGOROV_99)
  })
  test('depth: of jobs of 2 to 10 tasks most have 2 to 4 layers', () => {
    const source = openJobs(
      specOf(alibaba2018, { time: { kind: 'duration', duration: { kind: 'constant', value: 1e6 } } }),
      { cpu: 1, memory: 1, gpu: 0 },
      streams(1),
    )
    const { jobs } = unlimited(source, 5000e6)
    const some = jobs.filter(({ tasks }) => tasks >= 2 && tasks <= 10)
    // With tasks of one second the critical path is the depth.
    const flat = some.filter(({ criticalPath }) => criticalPath >= 2e6 && criticalPath <= 4e6).length
    expect(flat / some.length).toBeGreaterThan(0.7)
  })
})

describe('azure-vms', () => {
  const { time, classes, size } = azureVms.make(azureVms.machine)
  const life = distribution((time as { duration: DistributionSpec }).duration)
  test('lifetime: mean 51.83 h (104,371,713 VM hours of 2,013,767 VMs), 90 % under a day', () => {
    expect(life.mean / HOUR).toBeCloseTo(104_371_713 / 2_013_767, 6)
    expect(life.cdf(24 * HOUR)).toBeCloseTo(0.9, 9)
  })
  test('VMs above a day take over 95 % of the time: Φ(σ - z) of a lognormal law, with the σ that cv implies', () => {
    const cv2 = life.variance / (life.mean * life.mean)
    expect(normalCdf(Math.sqrt(Math.log(1 + cv2)) - 1.2815515655446004)).toBeGreaterThan(0.95)
  })
  test('80 % have one or two cores, 70 % less than 4 GB; 2.28 cores on average (237,815,104 core hours of 104,371,713)', () => {
    if (size.kind !== 'shapes') throw new Error('shapes are meant')
    const { shapes } = size
    const share = (of: (shape: (typeof shapes)[number]) => boolean): number =>
      shapes.reduce((sum, shape) => sum + (of(shape) ? shape.weight : 0), 0)
    expect(share(() => true)).toBeCloseTo(100, 9)
    expect(share(({ cpu }) => cpu <= 2000)).toBeCloseTo(80, 9)
    expect(share(({ memory }) => memory < 4e9)).toBeCloseTo(70, 9)
    const cores = shapes.reduce((sum, { cpu, weight }) => sum + (cpu * weight) / 1e5, 0)
    expect(cores / (237_815_104 / 104_371_713)).toBeCloseTo(1, 2)
  })
  test('40 % of the deployments are a single VM, 80 % at most five; drawn lifetimes follow the law (KS at 1 %)', () => {
    const law = distribution(classes[0].tasks)
    expect(law.cdf(1.5)).toBeCloseTo(0.4, 9)
    expect(law.cdf(5.5)).toBeCloseTo(0.8, 9)
    const counts = drawn(azureVms, 5000, ({ tasks }) => Number(tasks <= 5))
    expect(Math.abs(student(counts, 0.8))).toBeLessThan(2.6)
    expect(
      kolmogorov(
        drawn(azureVms, 5000, (plan) => plan.durations[0]),
        (x) => life.cdf(x),
      ),
    ).toBeLessThan(KOLMOGOROV_99)
  })
})
