/** Jobs of traces: what a row becomes, streamed, shaped, resampled and drawn. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { PodSource } from '../../sim/index.ts'
import { streams } from '../streams.fixture.ts'
import { mean, student } from '../synthetic/theory.fixture.ts'
import { GIB, SECOND, unlimited } from './jobs.fixture.ts'
import { openJobs } from './open.ts'
import type { TracedJobsSpec } from './spec.ts'
import { jobTraces, openJobTrace } from './traces.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-recorded-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Two workflows: a chain of 2 + 3 s and a diamond 0, (1, 2), 3 with 1 + max(4, 2) + 1 s; the third has one task. */
const WORKFLOWS = join(folder, 'workflows.csv')
writeFileSync(
  WORKFLOWS,
  `workflow,task,submit_ms,runtime_ms,cores,parents
0,0,1000,2000,1,
0,1,3500,3000,2,0
1,0,5000,1000,1,
1,1,5000,4000,1,0
1,2,6000,2000,1,0
1,3,9000,1000,4,1 2
2,0,20000,7000,1,
`,
)
/** 400 jobs of one task, one every 10 s, first of 5, then of 15 s; one core and two in turn. */
const PODS = join(folder, 'surf.csv')
writeFileSync(
  PODS,
  [
    'id,submit_s,duration_s,cpu_count,mem_mb',
    ...Array.from({ length: 400 }, (_, i) => `${i},${i * 10},${i < 200 ? 5 : 15},${1 + (i % 2)},1000`),
  ].join('\n'),
)

const traced = (partial: Partial<TracedJobsSpec> = {}): TracedJobsSpec => ({
  kind: 'trace',
  name: 'recorded',
  format: 'workflows',
  file: WORKFLOWS,
  arrivals: null,
  inflate: null,
  tenants: [],
  deadline: null,
  usage: 1,
  limited: false,
  shape: [],
  bootstrap: null,
  ...partial,
})
const capacity = { cpu: 100_000, memory: 100 * GIB, gpu: 0 }
const open = (partial: Partial<TracedJobsSpec> = {}, seed: string | number = 1): PodSource =>
  openJobs(traced(partial), capacity, streams(seed))
const surf = { format: 'surf', file: PODS } as const

describe('a replay', () => {
  test('workflows come when their first task was submitted, and take their critical paths: 2 + 3, 1 + 4 + 1 and 7 s', () => {
    const { jobs, tasks } = unlimited(open(), 100 * SECOND)
    expect(jobs.map(({ submitted, through, tasks }) => [submitted / SECOND, (through - submitted) / SECOND, tasks])).toEqual([
      [1, 5, 2],
      [5, 6, 4],
      [20, 7, 1],
    ])
    // The recorded submission of a later task is what the recorded engine made of it: here it comes when its parents are through.
    expect(tasks.map(({ start }) => start / SECOND)).toEqual([1, 3, 5, 6, 6, 10, 20])
  })
  test('a recording that is over before the run says so, and one that goes on does not', () => {
    const over = open()
    unlimited(over, 100 * SECOND)
    expect(over.notes).toEqual(['the recording ends before the run does: its last job arrived at 20s'])
    const running = open(surf)
    for (let i = 0; i < 10; i++) running.next()
    expect(running.notes).toEqual([])
  })
  test('each row of a list of pods is a job of one task, with its own request', () => {
    const source = open(surf)
    const { jobs, tasks } = unlimited(source, 5000 * SECOND)
    expect(jobs.length).toBe(400)
    expect(tasks.slice(0, 3).map(({ start, end, shape }) => [start / SECOND, end / SECOND, source.shapes[shape].cpu])).toEqual([
      [0, 5, 1000],
      [10, 15, 2000],
      [20, 25, 1000],
    ])
  })
  test('shaped: the steps hold for whole jobs; scale for requests, speed-up for durations', () => {
    const source = open({
      shape: [
        { kind: 'cut', from: 2e6, until: 20e6 },
        { kind: 'speedUp', by: 2 },
        { kind: 'scale', by: 3 },
        { kind: 'repeat', times: 2 },
      ],
    })
    const { jobs } = unlimited(source, 100 * SECOND)
    // Workflow 1 alone, at (5 - 2) / 2 s, and again 18 / 2 s later.
    expect(jobs.map(({ submitted, criticalPath }) => [submitted / SECOND, criticalPath / SECOND])).toEqual([
      [1.5, 3],
      [10.5, 3],
    ])
    expect(new Set(source.shapes.map(({ cpu }) => cpu))).toEqual(new Set([3000, 12_000]))
  })
  test('tenants and deadlines of the experiment', () => {
    const source = open({
      ...surf,
      tenants: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      deadline: { kind: 'constant', value: 3 },
    })
    const { jobs } = unlimited(source, 5000 * SECOND)
    for (const { deadline, submitted, criticalPath } of jobs) expect(deadline - submitted).toBe(3 * criticalPath)
    expect(Math.abs(mean(jobs.map(({ tenant }) => tenant)) - 0.5)).toBeLessThan(2.6 * Math.sqrt(0.25 / 400))
    expect(new Set(source.shapes.map(({ tenant }) => tenant))).toEqual(new Set(['a', 'b']))
  })
  test('through the bootstrap the same jobs come in other blocks: other ones in each replication, as many on average', () => {
    const lengths = Array.from(
      { length: 50 },
      (_, seed) => unlimited(open({ ...surf, bootstrap: { block: 300 * SECOND } }, seed), 4000 * SECOND).tasks,
    )
    expect(lengths[0].map(({ start }) => start)).not.toEqual(lengths[1].map(({ start }) => start))
    // One job in ten seconds whatever the blocks; what differs is which of them: 5 or 15 s.
    for (const tasks of lengths) expect(Math.abs(tasks.length - 400)).toBeLessThanOrEqual(14)
    expect(
      Math.abs(
        student(
          lengths.map((tasks) => mean(tasks.map(({ start, end }) => (end - start) / SECOND))),
          10,
        ),
      ),
    ).toBeLessThan(2.68)
  })
})

describe('draws with replacement', () => {
  test("at a rate, or for a share by Little's law: 20 % of 100 cores is 20 cores", () => {
    const asked = Array.from({ length: 40 }, (_, seed) => {
      const source = open({ ...surf, inflate: { resource: 'cpu', share: 0.2 } }, seed)
      const { tasks } = unlimited(source, 60 * SECOND)
      return (
        tasks.reduce((sum, { shape, start, end }) => sum + source.shapes[shape].cpu * (Math.min(end, 60 * SECOND) - start), 0) /
        (60 * SECOND)
      )
    })
    expect(Math.abs(student(asked, 20_000))).toBeLessThan(2.7)
    expect(Math.abs(student(asked, 18_000))).toBeGreaterThan(2.7)
  })
  test('workflows alive at time zero are those of a stationary stream: rate × E[critical path] = 2 × (5 + 6 + 7) / 3', () => {
    const alive = Array.from({ length: 300 }, (_, seed) => {
      const { tasks } = unlimited(open({ arrivals: { pattern: 'poisson', rate: 2 } }, seed), 1)
      return new Set(tasks.map(({ serial }) => serial)).size
    })
    expect(Math.abs(student(alive, 12))).toBeLessThan(2.6)
  })
})

test('the list of formats that jobs can be taken from: pods and workflows', () => {
  expect(jobTraces).toEqual(expect.arrayContaining(['openb', 'surf', 'swf', 'workflows']))
  expect(() => openJobTrace('nasa', PODS)).toThrow(/trace of jobs: found the format nasa; accepted: .*surf/)
})
