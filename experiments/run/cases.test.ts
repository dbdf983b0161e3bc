/**
 * Small experiments from public bug reports, with the values that are right by hand or by the documentation of the real system:
 * kubernetes 43709 and 67252 (scaling), CloudSim 96 and CloudSim Plus 114 (jobs and processors).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { simulate, type RunResult } from '../../sim/index.ts'
import { problemsText } from '../file/document.ts'
import { readExperiment } from '../file/spec.ts'
import { runTask } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-cases-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Resolves a file beside its data, with the values of --set. */
async function resolved(text: string, set: readonly string[] = []) {
  const file = join(folder, 'case.yaml')
  writeFileSync(file, text)
  return readExperiment(file, { set })
}

/** The results of one replication of each variant. */
async function results(text: string, set: readonly string[] = []): Promise<RunResult[]> {
  const found = await resolved(text, set)
  if ('problems' in found) throw new Error(problemsText(found.problems))
  const { variants, seed } = found.experiment
  return Promise.all(variants.map(({ scenario }) => runTask({ scenario, seed, replication: 0 }, simulate)))
}

const cluster = 'cluster: { pools: [{ name: a, count: 1, cpu: 4, memory: 16Gi }] }'
const plain = 'delays: { decision: 0, bind: 0, pull: 0, start: 0 }\nstart: empty\nsample: 1s\nwarmup: 0'
const jobs = (trace: string, path: string, more = ''): string =>
  `name: jobs\nhorizon: 5m\n${plain}\n${cluster}\nworkload: { jobs: [{ name: j, trace: ${trace}, path: ./${path}, usage: { share: 100% }${more} }] }\n`

describe('parallel jobs of the Standard Workload Format', () => {
  const line = (id: number, submit: number, run: number, size: number, requested = 20): string =>
    `${id} ${submit} -1 ${run} ${size} -1 -1 ${size} ${requested} -1 1 1 1 -1 1 1 -1 -1`
  writeFileSync(join(folder, 'gang.swf'), ['; MaxProcs: 4', line(1, 0, 10, 3), line(2, 1, 10, 4), line(3, 2, 20, 1)].join('\n'))
  writeFileSync(join(folder, 'big.swf'), line(1, 0, 10, 8))
  writeFileSync(join(folder, 'long.swf'), [line(1, 0, 50, 4), line(2, 0, 10, 4)].join('\n'))

  it.each(['fcfs', 'easy'])(
    '%s: starts at 0, 10, 20; mean completion (10 + 19 + 38) / 3, mean wait (0 + 9 + 18) / 3, makespan 40 s',
    async (order) => {
      const [{ metrics }] = await results(`${jobs('swf', 'gang.swf')}scheduling: { name: first-fit, order: ${order} }\n`)
      expect(metrics['job-completion-mean']).toBeCloseTo(67 / 3, 9)
      expect(metrics['job-waiting-mean']).toBe(9)
      expect(metrics['job-makespan']).toBe(40)
      // Bounded slowdown with a threshold of 10 s: 10/10, 19/10, 38/20.
      expect(metrics['job-slowdown-mean']).toBeCloseTo((1 + 1.9 + 1.9) / 3, 9)
    },
  )
  it('a job larger than the cluster is refused with the place, since none can ever start', async () => {
    const found = await resolved(jobs('swf', 'big.swf'))
    expect('problems' in found ? problemsText(found.problems) : '').toContain(
      'workload.jobs.j  found tasks that no node, or not all nodes together, can hold in all of 1 jobs',
    )
    expect('problems' in (await resolved(jobs('swf', 'big.swf', ', rigid: false')))).toBe(false)
  })
  it('kill: a job of 50 s that requested 20 s ends after 20 s, and is named', async () => {
    const order = 'scheduling: { name: first-fit, order: fcfs }\n'
    const [killed] = await results(jobs('swf', 'long.swf', ', kill: true') + order)
    expect(killed.metrics['job-makespan']).toBe(30)
    expect(killed.notes).toContain('1 jobs ran longer than requested and were ended at their requested time')
    expect((await results(jobs('swf', 'long.swf') + order))[0].metrics['job-makespan']).toBe(60)
  })
  it.each([
    ['binpacking: first-fit-decreasing', 'a packer that places pods in rounds'],
    ['scheduling: { name: best-fit, order: fair-share }', 'the queue order fair-share'],
  ])('rigid jobs with %s are refused', async (more, expected) => {
    const found = await resolved(`${jobs('swf', 'gang.swf')}${more}\n`)
    expect('problems' in found ? problemsText(found.problems) : '').toContain(expected)
  })
})

it('independent tasks of two processors on four: completions 10, 10, 20, 20, 10 s, mean 14, wait 4, makespan 45', async () => {
  const rows = [0, 0, 0, 0, 35].map((submit, i) => `${i + 1},${submit},10,2,100`)
  writeFileSync(join(folder, 'cs96.csv'), ['id,submit_s,duration_s,cpu_count,mem_mb', ...rows].join('\n'))
  const [{ metrics }] = await results(jobs('surf', 'cs96.csv'))
  expect(metrics['job-completion-mean']).toBe(14)
  expect(metrics['job-waiting-mean']).toBe(4)
  expect(metrics['job-makespan']).toBe(45)
})

describe('scaling', () => {
  const pools = 'cluster: { pools: [{ name: a, count: 4, cpu: 8, memory: 16Gi }] }'
  const service = (more: string): string =>
    `workload: { services: [{ name: q, minReplicas: 1, maxReplicas: 50, memory: 64Mi, networkDelay: 0s, ${more} }] }`
  const ready = ({ series }: RunResult): number => {
    const { values } = series.columns.find(({ name }) => name === 'replicas')!
    return (values as Float64Array)[series.rows - 1]
  }

  it('utilisation 120 * 5 / (3 * 300) = 0.67 against 0.8 stays at 3, as ceil(3 * 0.67 / 0.8) = 3; at 94/s it is 2', async () => {
    const more =
      'replicas: 3, cpu: 300m, threads: 0, pull: 0s, start: 0s, probe: 0s, traffic: { rate: 120/s, pattern: constant }, work: { cpu: 5ms }'
    const file = `name: hpa\nseed: 5\nhorizon: 30m\nwarmup: 0\nstart: empty\n${pools}\n${service(more)}\nautoscaling: { replicas: { name: target-utilization, target: 80% } }\ncompare: { workload.services.q.traffic.rate: [120/s, 94/s] }\n`
    expect((await results(file)).map(ready)).toEqual([3, 2])
  })
  it('41 requests over 10 pods against 4 a pod: 4.1 is within 10 % of the target and stays, without a tolerance it is 11', async () => {
    const more =
      'replicas: 10, cpu: 250m, threads: 4, queue: unlimited, pull: 0s, start: 0s, probe: 0s, traffic: { clients: 41, think: 1ms, pattern: closed-loop }, work: { wait: 10s, cpu: 1ms }'
    const file = `name: ql\nseed: 5\nhorizon: 15m\nwarmup: 0\nstart: empty\nslb: least-connections\n${pools}\n${service(more)}\ncompare: { autoscaling.replicas: [{ name: queue-length, target: 4 }, { name: queue-length, target: 4, tolerance: 0% }] }\n`
    expect((await results(file)).map(ready)).toEqual([10, 11])
  })
  it('12 pods of one core on nodes of 4 need 3 nodes, and no more are ordered while two are on their way', async () => {
    const file = `name: nodes\nseed: 5\nhorizon: 10m\nwarmup: 0\nsample: 5s\nstart: empty\ncluster: { pools: [{ name: a, count: 1, min: 1, max: 20, cpu: 4, memory: 16Gi, provision: 60s }] }\nworkload: { background: [{ name: b, shapes: [{ cpu: 1, memory: 1Gi }], count: 12 }] }\nautoscaling: { nodes: on-demand }\n`
    expect((await results(file))[0].metrics['nodes-peak']).toBe(3)
  })
})

it('latencies of two services are pooled: 90 % of 10 ms and 10 % of 1 s have p50 10 ms and p99 1 s, not their mean', async () => {
  const one = (name: string, rate: string, wait: string): string =>
    `{ name: ${name}, replicas: 1, cpu: 1, memory: 1Gi, threads: 0, networkDelay: 0s, traffic: { rate: ${rate} }, work: { wait: ${wait}, cpu: 1us } }`
  const file = `name: mix\nseed: 5\nhorizon: 5m\nwarmup: 1m\nstart: empty\ncluster: { pools: [{ name: a, count: 1, cpu: 8, memory: 16Gi }] }\nworkload: { services: [${one('fast', '90/s', '10ms')}, ${one('slow', '10/s', '1s')}] }\n`
  const [{ metrics }] = await results(file)
  expect(Math.abs((metrics['latency-p50'] ?? 0) / 10 - 1)).toBeLessThan(0.02)
  expect(Math.abs((metrics['latency-p99'] ?? 0) / 1000 - 1)).toBeLessThan(0.02)
})
