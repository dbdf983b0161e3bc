/** Files of other systems in an experiment, from the YAML to the metrics. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { simulate, type RunResult } from '../../sim/index.ts'
import { inputOf } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource, type Experiment } from './spec.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-traces-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)

async function resolved(yaml: string): Promise<Experiment | string> {
  const read = parseSource(join(folder, 'x.yaml'), `name: traces\nreplications: 1\nwarmup: 0\nstart: empty\n${yaml}`)
  if ('problems' in read) return problemsText(read.problems)
  const found = await resolveSource(read.source)
  return 'problems' in found ? problemsText(found.problems).replaceAll(`${folder}/`, '') : found.experiment
}

async function run(yaml: string): Promise<RunResult> {
  const found = await resolved(yaml)
  if (typeof found === 'string') throw new Error(found)
  return simulate(await inputOf({ scenario: found.variants[0].scenario, seed: 1, replication: 0 }))
}

const POOL = 'cluster: { pools: [{ name: a, count: 1, cpu: 2, memory: 16Gi }] }'
const SERVICE = 'replicas: 1, cpu: 250m, memory: 128Mi, pull: 0, start: 0, probe: 0, work: { cpu: 1ms }'

it('Batsim: ten jobs of 10 s, one every 3 s, on two cores: makespan 53 s, mean completion 18 s (first come, first served)', async () => {
  const jobs = Array.from({ length: 10 }, (_, id) => ({ id, subtime: 3 * id, walltime: 100, res: 1, profile: 'delay10' }))
  write('jobs.json', JSON.stringify({ nb_res: 2, jobs, profiles: { delay10: { type: 'DelayProfile', delay: 10 } } }))
  const { metrics } = await run(`horizon: 5m
sample: 1s
${POOL}
workload: { jobs: [{ trace: batsim, path: ./jobs.json, usage: { share: 100% } }] }
delays: { decision: 0, bind: 0, pull: 0, start: 0 }
`)
  expect([metrics['job-makespan'], metrics['job-completion-mean']]).toEqual([53, 18])
})

it('a list of kubectl as a pool, repeated; its labels can be selected', async () => {
  const node = { kind: 'Node', metadata: { labels: { tier: 'web' } }, status: { allocatable: { cpu: '8', memory: '16Gi', pods: '110' } } }
  write('nodes.json', JSON.stringify({ kind: 'List', items: [node] }))
  const yaml = `horizon: 1m
cluster: { pools: [{ name: own, trace: kubernetes, path: ./nodes.json, count: 3 }] }
workload: { services: [{ name: web, ${SERVICE}, nodeSelector: { tier: web }, traffic: { rate: 10/s } }] }
`
  const { metrics } = await run(yaml)
  expect([metrics['nodes-mean'], metrics['errors-no-backend']! < 50]).toEqual([3, true])
  expect(await resolved(yaml.replace('./nodes.json', './jobs.json'))).toContain('found a document that is no list of nodes in jobs.json')
})

it('recorded run times of functions as work: a share is CPU, the rest waits, both of one run time', async () => {
  const percentiles = [0, 1, 25, 50, 75, 99, 100].map((p) => `percentile_Average_${p}`)
  write('durations.csv', `HashFunction,Count,${percentiles.join(',')}\nf,3,10,10,10,10,10,10,10\ng,1,90,90,90,90,90,90,90\n`)
  const yaml = `horizon: 10m
${POOL}
workload: { services: [{ name: web, ${SERVICE.replace('{ cpu: 1ms }', '{ durations: ./durations.csv, cpu: 40% }')}, threads: 1000, traffic: { rate: 20/s } }] }
`
  const found = await resolved(yaml)
  if (typeof found === 'string') throw new Error(found)
  const { work } = found.variants[0].scenario.services[0]
  expect(work).toMatchObject({ wait: { values: [6000, 54_000], weights: [300, 100] }, cpu: { values: [4000, 36_000] }, correlation: 1 })
  const { metrics } = simulate(await inputOf({ scenario: found.variants[0].scenario, seed: 1, replication: 0 }))
  // 20/s of 12 ms CPU on average are a quarter of one core: hardly any request waits for another, and the median is 10 ms and the network.
  expect(metrics['latency-p50']).toBeGreaterThan(10)
  expect(metrics['latency-p50']).toBeLessThan(12)
  expect(metrics['usage-cpu']! / ((100 * 20 * 0.012) / 2)).toBeCloseTo(1, 1)
  expect(await resolved(yaml.replace('./durations.csv', './none.csv'))).toContain('work.durations  found no such file')
})

it("openb's own mix of GPUs at 10,000 nodes", async () => {
  const found = await resolved(`horizon: 1m
cluster: { pools: [{ name: big, trace: openb, count: 10000 }] }
workload: { services: [{ name: web, ${SERVICE}, traffic: { rate: 10/s } }] }
`)
  if (typeof found === 'string') throw new Error(found)
  const { pools } = await inputOf({ scenario: found.variants[0].scenario, seed: 1, replication: 0 })
  const initial = Array.from(pools[0].initial)
  const gpus = (count: number): number => initial.slice(0, count).reduce((sum, row) => sum + pools[0].templates[row].gpus, 0)
  expect(initial).toHaveLength(10_000)
  // 6,212 GPUs in 1,523 nodes (Weng et al. 2023), again in each whole repetition.
  expect([gpus(1523), gpus(6 * 1523)]).toEqual([6212, 6 * 6212])
})

it('mapped columns as jobs and as traffic; keys that contradict each other are refused', async () => {
  write('jobs.csv', 'at;run;cores\n2024-03-01 00:00:00;10;1\n2024-03-01 00:00:05;10;1\n')
  const jobs = (more: string): string => `horizon: 1m
${POOL}
workload: { jobs: [{ trace: columns, path: ./jobs.csv, ${more} }] }
delays: { decision: 0, bind: 0, pull: 0, start: 0 }
`
  const { metrics } = await run(jobs('columns: { time: at, duration: run, cpu: cores }'))
  expect(metrics['job-makespan']).toBe(15)
  expect(await resolved(jobs('name: x'))).toContain('found trace: columns without columns')
  expect(await resolved(jobs('columns: { time: at, duration: run, cpu: cores, count: n }'))).toContain('which belong to different tables')
  expect(await resolved(jobs('columns: { time: at, duration: run, cpu: core }'))).toContain('no such column')
})

it('a list without times: drawn under arrivals when the file says how long its rows run', async () => {
  write('pods.csv', 'name,cpu_milli,memory_mib,num_gpu,gpu_milli\na,500,128,0,0\n')
  const yaml = `horizon: 10m
${POOL}
workload: { jobs: [{ trace: openb, path: ./pods.csv, arrivals: { rate: 6/m }, duration: 10s }] }
`
  const { metrics } = await run(yaml)
  expect(metrics['jobs-unfinished']).toBeLessThan(10)
  expect(metrics['job-completion-mean']).toBeGreaterThan(10)
  expect(await resolved(yaml.replace(', duration: 10s', ''))).toMatch(/rows without a recorded end to draw from; accepted: duration/)
})

it('gaps of a recorded rate are notes of the study', async () => {
  write('rate.csv', 'timestamp,value\n1709251200,60\n1709251260,60\n1709251440,60\n')
  const found = await resolved(`horizon: 1m
${POOL}
workload: { services: [{ name: web, ${SERVICE}, traffic: { trace: nab, path: ./rate.csv } }] }
`)
  if (typeof found === 'string') throw new Error(found)
  const { studyOf } = await import('../run/study.ts')
  const { planOf } = await import('../plan/plan.ts')
  const plan = planOf(found, 'test')
  const study = studyOf(plan, { asked: plan.runs, finished: [], failed: [], interrupted: false }, 'test', '')
  expect(study.notes).toContain('the recording of service web: 2 intervals are missing between rows; they have no arrivals')
})
