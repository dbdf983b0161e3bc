/** Files that people have, in the formats of their sources, and what is right for each. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { columnsName, type ColumnMap } from './columns.ts'
import { TraceError } from './error.ts'
import { factsOf, type TraceFacts } from './facts.ts'
import { detectFormat, openRows, rowFormat } from './formats.ts'
import { functionDurations } from './function-durations.ts'
import { loadTracePool } from './node-pool.ts'
import { rowsIn, SAMPLES } from './rows.fixture.ts'
import { epochUnit, Instants } from './time.ts'
import type { PodRow, PodRows, RateRow, UsageRow, WorkflowRow } from './trace.ts'

const bundledFileOf = (name: string): string => fileURLToPath(new URL(`../data/${name}`, import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'orchsim-cases-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(text: string, name = 'file'): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const factsIn = (text: string, name?: string): TraceFacts => {
  const file = written(text, name)
  return factsOf(detectFormat(file), file)
}

const rowsOf = <Row>(format: string, text = SAMPLES[format]): Row[] => {
  const found = rowFormat(format)
  if (found === undefined) throw new Error(`no format ${format}`)
  return rowsIn(found, text) as Row[]
}

/** "column: found; accepted" of the error. */
function refusal(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof TraceError) return `${error.line} ${error.column}: ${error.found}; ${error.accepted}`
    throw error
  }
  throw new Error('no TraceError')
}

test('google-2011: an attempt is a pod; its duration counts from the scheduling; shares are those of a machine of 64 cores and 256 GiB', () => {
  const rows = rowsOf<PodRow>('google-2011')
  expect(rows.map(({ arrival, duration, priority }) => [arrival / 1e6, duration / 1e6, priority])).toEqual([
    [0, 10, 9],
    [0, 11, 0],
    [6, -1e-6, 0],
  ])
  const { shapes, notes } = factsIn(SAMPLES['google-2011'])
  expect(shapes.map(({ shape }) => shape)).toEqual(['8 cores, 16 GiB', '2 cores, 16 GiB', '0 cores'])
  expect(notes[0]).toBe('3 attempts of tasks of 3 jobs: each attempt is a pod and a job of its own')
  // With the header that some tools write before it.
  expect(factsIn(`#Time stamp (microseconds),Missing info,jobID\n${SAMPLES['google-2011']}`).rows).toBe(3)
})

test('azure-functions-2019: per-minute rates of each function', () => {
  const rows = rowsOf<UsageRow>('azure-functions-2019')
  expect(rows.map(({ series, arrival, length, value }) => [series, arrival / 60e6, length / 60e6, value * 60])).toEqual([
    [0, 0, 1, 5],
    [0, 1, 1, 5],
    [0, 2, 1, 0],
    [0, 3, 1, 60],
    [1, 0, 1, 0],
    [1, 1, 1, 0],
    [1, 2, 1, 30],
    [1, 3, 1, 0],
  ])
  expect(refusal(() => rowsOf('azure-functions-2019', SAMPLES['azure-functions-2019'].replace('queue,5', 'queue,5.5')))).toBe(
    '2 1: "5.5"; a whole number from 0 to 1000000000',
  )
})

test('bitbrains-original: seconds under the heading [ms], 300 s apart, 19.07 MHz of one core of 2600 MHz; a gap of 600 s is reported', () => {
  const rows = rowsOf<UsageRow>('bitbrains-original')
  expect(rows.map(({ arrival, length, value }) => [arrival / 1e6, length / 1e6, Math.round(value * 100) / 100])).toEqual([
    [0, 300, 19.07],
    [300, 300, 17.33],
    [1200, 300, 13.87],
    [1500, 300, 13.87],
  ])
  expect(factsIn(SAMPLES['bitbrains-original']).notes).toEqual([
    'provisioned: 1 core of 2600 MHz',
    '1 gap of 600 s in all, where nothing was measured; they count as 0',
  ])
  // A sample that is taken a second late is no gap.
  const late = SAMPLES['bitbrains-original'].replace('1376315146', '1376315147')
  expect(rowsOf<UsageRow>('bitbrains-original', late)[0].length).toBe(301e6)
  // The same times in milliseconds.
  const inMs = SAMPLES['bitbrains-original'].replace(/^(\d{10});/gm, '$1000;')
  expect(rowsOf('bitbrains-original', inMs)).toEqual(rows)
})

test('batsim: jobs of 10 s as pods of one core; a profile without a fixed time is left out and counted', () => {
  const rows = rowsOf<PodRow>('batsim')
  expect(rows.map(({ arrival, duration, tasks }) => [arrival / 1e6, duration / 1e6, tasks])).toEqual([
    [0, 10, 1],
    [3.5, 10, 4],
  ])
  expect(factsIn(SAMPLES['batsim']).notes).toEqual([
    '1 jobs with a profile of type parallel_homogeneous are left out: its run time depends on a model of the machine and its network',
  ])
  expect(refusal(() => rowsOf('batsim', SAMPLES['batsim'].replace('"profile": "mpi"', '"profile": "toString"')))).toBe(
    '0 jobs[2].profile: "toString"; the name of one of profiles',
  )
})

test('wfcommons: parents before children whatever the order of the file, cores and memory; a cycle is refused', () => {
  const [row] = rowsOf<WorkflowRow>('wfcommons')
  expect(row.duration.map((time) => time / 1e6)).toEqual([10.5, 20, 5, 1])
  expect(row.parents).toEqual([[], [0], [0], [1, 2]])
  const { spreads, notes } = factsIn(SAMPLES['wfcommons'])
  expect(spreads.find(({ name }) => name === 'critical path')?.mean).toBe(31.5)
  expect(notes[0]).toContain('files')
  expect(
    refusal(() => rowsOf('wfcommons', SAMPLES['wfcommons'].replace('"parents": [], "children"', '"parents": ["t3"], "children"'))),
  ).toMatch(/parents without a cycle$/)
  // Before WfFormat 1.5 structure and run times were in one list.
  const old = `{ "workflow": { "tasks": [{ "name": "a", "parents": [], "runtime": 100.187 }, { "name": "b", "parents": ["a"], "runtimeInSeconds": 1, "cores": 2 }] } }`
  expect(rowsOf<WorkflowRow>('wfcommons', old)[0]).toMatchObject({ duration: [100.187e6, 1e6], parents: [[], [0]] })
})

test('alibaba-dlrm: pods present from the start; 12 CPU, 1 GPU, 120 GiB', () => {
  const rows = rowsOf<PodRow>('alibaba-dlrm')
  expect(rows.map(({ arrival, duration }) => [arrival / 1e6, duration / 1e6])).toEqual([
    [0, Infinity],
    [0, 900],
    [60, 25],
  ])
  const { shapes, notes } = factsIn(SAMPLES['alibaba-dlrm'])
  expect(shapes.map(({ shape }) => shape)).toEqual(['48 cores, 240 GiB', '12 cores, 120 GiB, 1 GPU'])
  expect(notes).toEqual(['1 rows have no deletion_time: these pods run for ever'])
})

test('openb: a list without times is present from the start', () => {
  const rows = rowsOf<PodRow>('openb', 'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\na,12000,16384,1,1000,T4\nb,6000,12288,0,0,\n')
  expect(rows.map(({ arrival, duration }) => [arrival, duration])).toEqual([
    [0, Infinity],
    [0, Infinity],
  ])
})

describe('kubernetes', () => {
  const node = (name: string, extra = ''): string =>
    `{"kind":"Node","metadata":{"name":"${name}","labels":{"kubernetes.io/hostname":"${name}","topology.kubernetes.io/zone":"b","tier":"web"}},${extra}"status":{"allocatable":{"cpu":"7910m","memory":"16Gi","pods":"58","ephemeral-storage":"1Gi","example.com/fpga":"2"}}}`
  const list = (...items: string[]): string => `{"apiVersion":"v1","kind":"List","items":[${items.join(',')}]}`

  test('nodes: a template per shape with allocatable amounts, labels, taints, zone and pods; the host name makes no difference', () => {
    const file = written(
      list(node('one'), node('two'), node('three', '"spec":{"taints":[{"key":"gpu","effect":"NoSchedule"}]},')),
      'nodes.json',
    )
    const { templates, initial } = loadTracePool('kubernetes', file, { price: 5 })
    expect([...initial]).toEqual([0, 0, 1])
    expect(templates[0]).toEqual({
      cpu: 7910,
      memory: 16 * 1_073_741_824,
      gpus: 0,
      gpuModel: '',
      pods: 58,
      zone: 'b',
      labels: { 'topology.kubernetes.io/zone': 'b', tier: 'web' },
      taints: [],
      resources: { 'example.com/fpga': 2 },
      price: 5,
    })
    expect(templates[1].taints).toEqual([{ key: 'gpu', value: '', effect: 'NoSchedule' }])
    // Repeated in the order of the list.
    expect([...loadTracePool('kubernetes', file, { count: 7 }).initial]).toEqual([0, 0, 1, 0, 0, 1, 0])
    expect(refusal(() => detectFormat(file))).toContain('pools: { trace: kubernetes, path: … }')
  })

  test('nodes: a wrong amount has its place', () => {
    const file = written(list(node('one').replace('7910m', 'many')), 'wrong.json')
    expect(refusal(() => loadTracePool('kubernetes', file))).toMatch(/^0 items\[0\]\.status\.allocatable\.cpu: "many"; an amount of CPU/)
    expect(refusal(() => loadTracePool('kubernetes', written(SAMPLES['kubernetes-pods'], 'pods.json')))).toContain('no list of nodes')
  })

  test('pods: the larger of the containers together and of an init container; a running pod has no end', () => {
    const rows = rowsOf<PodRow>('kubernetes-pods')
    expect(rows.map(({ arrival, duration, tenant }) => [arrival / 1e6, duration / 1e6, tenant])).toEqual([
      [0, Infinity, 0],
      [60, 50, 1],
    ])
    const cursor = openRows(rowFormat('kubernetes-pods')!, written(SAMPLES['kubernetes-pods'])) as PodRows
    expect(cursor.shapes).toMatchObject([
      { cpu: 1000, memory: 1088 * 1_048_576, gpus: 0 },
      { cpu: 2000, memory: 0, gpus: 1, gpuMilli: 1000 },
    ])
    expect(cursor.tenants).toEqual(['shop', 'default'])
  })
})

describe('times', () => {
  test('epoch 1709251200 is 2024-03-01 00:00:00 in any unit, and nothing else is taken for one', () => {
    const instant = Date.UTC(2024, 2, 1) * 1000
    for (const text of ['2024-03-01 00:00:00', '1709251200', '1709251200000', '1709251200000000', '1709251200000000000'])
      expect(new Instants().of(text)).toBe(instant)
    expect(['60', '99999999', '1e9', '-1709251200', ''].map((text) => epochUnit(text))).toEqual(Array(5).fill(undefined))
  })

  test('nab: counts with epochs; a change of form or unit within a file is refused', () => {
    const rows = rowsOf<RateRow>('nab', 'timestamp,value\n1709251200,12\n1709251260,13\n1709251320,11\n')
    expect(rows.map(({ arrival, length, count }) => [arrival / 1e6, length / 1e6, count])).toEqual([
      [0, 60, 12],
      [60, 60, 13],
      [120, 60, 11],
    ])
    expect(refusal(() => rowsOf('nab', 'timestamp,value\n1709251200,12\n1709251260000,13\n'))).toBe(
      '3 timestamp: "1709251260000"; an epoch in s, as in the first row',
    )
    expect(refusal(() => rowsOf('nab', 'timestamp,value\n0,12\n60,13\n'))).toMatch(/^2 timestamp: "0"; a date and time .* or an epoch/)
  })
})

test('prometheus: 12.5, 13.1, 11 at 30 s; an empty cell was not measured and is reported', () => {
  const [first, second] = [0, 1].map((series) => rowsOf<UsageRow>('prometheus').filter((row) => row.series === series))
  expect(first.map(({ arrival, length, value }) => [arrival / 1e6, length / 1e6, value])).toEqual([
    [0, 30, 12.5],
    [30, 30, 13.1],
    [60, 30, 11],
    [90, 30, 10],
  ])
  expect(second.map(({ arrival, value }) => [arrival / 1e6, value])).toEqual([
    [0, 3],
    [60, 4],
    [90, 10],
  ])
  expect(factsIn(SAMPLES['prometheus']).notes).toEqual(['1 gap of 30 s in all, where nothing was measured; they count as 0'])
})

test('a JSON document that is no trace says so, with its keys', () => {
  expect(refusal(() => factsIn('{ "kind": "Deployment", "spec": {} }', 'x.json'))).toMatch(
    /^0 : a JSON document with the keys kind, spec, which is not a trace; batsim \(.*; or JSON lines of mooncake$/,
  )
  expect(refusal(() => factsIn('[1, 2]', 'x.json'))).toBe('0 : [1,2]; a map')
  expect(refusal(() => factsIn('{ "jobs": [', 'x.json'))).toMatch(/text that is not JSON/)
  // One line of more characters than a row may have.
  expect(factsIn(SAMPLES['batsim'].replaceAll('\n', ' '.repeat(8000)), 'x.json').rows).toBe(2)
})

describe('columns of any table', () => {
  const read = <Row>(map: ColumnMap, text: string): Row[] => rowsOf<Row>(columnsName(map), text)

  test('rates with a declared unit and any separator', () => {
    const rows = read<RateRow>({ time: 'Timestamp', unit: 's', count: 'n', separator: '|' }, 'x|Timestamp|n\n-|0|5\n-|60|7\n-|180|1\n')
    expect(rows.map(({ arrival, length, count }) => [arrival / 1e6, length / 1e6, count])).toEqual([
      [0, 60, 5],
      [60, 60, 7],
      [180, 60, 1],
    ])
  })

  test('pods with units; epochs count from the first row, an empty duration is for ever', () => {
    const map: ColumnMap = {
      time: 'at',
      duration: 'run',
      durationUnit: 'ms',
      cpu: 'c',
      cpuUnit: 'millicores',
      memory: 'm',
      memoryUnit: 'GiB',
      tenant: 'who',
    }
    const rows = read<PodRow>(map, 'at;run;c;m;who\n1709251200000;1500;250;2;a\n1709251201000;;500;4;b\n')
    expect(rows.map(({ arrival, duration, shape, tenant }) => [arrival / 1e6, duration / 1e6, shape, tenant])).toEqual([
      [0, 1.5, 0, 0],
      [1, Infinity, 1, 1],
    ])
    const ended = read<PodRow>({ time: 'at', unit: 's', end: 'to', cpu: 'c' }, 'at,to,c\n5,7.5,1\n')
    expect(ended).toMatchObject([{ arrival: 5e6, duration: 2.5e6 }])
  })

  test('requests and levels', () => {
    const requests = read<{ arrival: number; sizes: number[]; key: number }>(
      { time: 't', unit: 'ms', sizes: ['tokens'], key: 'client' },
      't,tokens,client\n5,10,a\n7,20,b\n9,5,a\n',
    )
    expect(requests.map(({ arrival, sizes, key }) => [arrival, sizes[0], key])).toEqual([
      [5000, 10, 0],
      [7000, 20, 1],
      [9000, 5, 0],
    ])
    const levels = read<UsageRow>({ time: 't', unit: 's', level: 'v', series: 'who' }, 't,v,who\n0,1,a\n0,2,b\n30,3,a\n30,4,b\n')
    expect(levels.map(({ series, arrival, value }) => [series, arrival / 1e6, value])).toEqual([
      [0, 0, 1],
      [0, 30, 3],
      [1, 0, 2],
      [1, 30, 4],
    ])
  })

  test('what is ambiguous or missing is refused', () => {
    expect(refusal(() => read({ time: 't', count: 'n' }, 't,n\n0,1\n60,2\n'))).toMatch(
      /^2 t: "0"; .*columns\.unit, the unit of these numbers: s, ms, us, ns, m, h, d$/,
    )
    expect(refusal(() => read({ time: 'when', unit: 's', count: 'n' }, 't,n\n0,1\n'))).toMatch(/^1 when: no such column/)
    expect(() => read({ time: 't', count: 'n', cpu: 'c' }, 't,n,c\n')).toThrow('count with cpu, which belong to different tables')
    expect(() => read({ time: 't', cpu: 'c' }, 't,c\n')).toThrow('both duration and end, or neither')
  })
})

describe('run times of functions (azure-functions-2019, durations.csv)', () => {
  const HEADER = `HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,${[0, 1, 25, 50, 75, 99, 100].map((p) => `percentile_Average_${p}`).join(',')}`
  const rows = (...cells: string[]): string => [HEADER, ...cells.map((one, i) => `o,a,f${i},1,${one}`)].join('\n')

  test('the sample of the data set: a mixture by counts, whose mean is that of the averages', () => {
    const { values, weights } = functionDurations(bundledFileOf('azure-functions-2019-sample/durations.csv'))
    const total = weights!.reduce((sum, weight) => sum + weight, 0)
    // 57,523 invocations of 100 ms, 27,697 of 500 ms, 8,897 of 250 ms; the percentiles round to 1 ms.
    const mean = (57_523 * 100_000 + 27_697 * 500_000 + 8897 * 250_000) / (57_523 + 27_697 + 8897)
    expect(values.reduce((sum, value, i) => sum + value * weights![i], 0) / total / mean).toBeCloseTo(1, 2)
    expect(weights!.filter((_, i) => values[i] > 400_000).reduce((sum, weight) => sum + weight, 0) / total).toBeCloseTo(27_697 / 94_117, 10)
  })

  test('uniform between the percentiles: half of the requests below p50, and (50 % - 25 %) / 2 + 25 % below the middle of p25 and p50', () => {
    const { values, weights } = functionDurations(written(rows('7,0,10,0,0,100,200,400,800,1000'), 'durations.csv'))
    const below = (limit: number): number => weights!.filter((_, i) => values[i] < limit).reduce((sum, weight) => sum + weight, 0) / 700
    expect([below(100_000), below(150_500), below(200_000), below(800_000)]).toEqual([0.25, 0.38, 0.5, 0.99])
  })

  test('wrong rows are refused with their place', () => {
    const refused = (...cells: string[]): string => refusal(() => functionDurations(written(rows(...cells), 'durations.csv')))
    expect(refused('7,0,10,0,0,100,90,400,800,1000')).toBe('2 percentile_Average_50: "90"; at least the percentile before, 100 ms')
    expect(refused('7,0,10,0,0,100,x,400,800,1000')).toMatch(/^2 percentile_Average_50: "x"; milliseconds/)
    expect(refused('0,0,10,0,0,100,100,400,800,1000')).toBe('2 Count: "0"; a function with at least one invocation')
    expect(refusal(() => detectFormat(written(rows('7,0,10,0,0,1,1,1,1,1'), 'durations.csv')))).toContain(
      'work of a service: { durations: FILE }',
    )
  })
})
