import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { TraceError } from './error.ts'
import { detectFormat, isKind, openRows, rowFormat, rowFormats } from './formats.ts'
import { linesOfText, rowsIn, SAMPLES } from './rows.fixture.ts'
import type { RowFormat } from './format.ts'
import type { PodRow, RateRow, RequestRow, UsageRow, WorkflowRow } from './trace.ts'
import { slowCases } from '../../sim/testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

function format(name: string): RowFormat {
  const found = rowFormat(name)
  if (found === undefined) throw new Error(`no format ${name}`)
  return found
}

function failure(read: () => unknown): TraceError {
  try {
    read()
  } catch (error) {
    if (error instanceof TraceError) return error
    throw error
  }
  throw new Error('no TraceError')
}

/** The sample of a format with a piece replaced: its error, as "line column: found; accepted". */
function refusal(name: string, from: string, to: string): string {
  expect(SAMPLES[name]).toContain(from)
  const { line, column, found, accepted } = failure(() => rowsIn(format(name), SAMPLES[name].replace(from, to)))
  return `${line} ${column}: ${found}; ${accepted}`
}

test('every format has a sample, and its first line is recognised, plain and packed', () => {
  expect(Object.keys(SAMPLES)).toEqual(rowFormats.map(({ name }) => name))
  for (const { name } of rowFormats) {
    for (const pack of [(text: string) => text, (text: string) => gzipSync(text)]) {
      const file = join(folder, name)
      writeFileSync(file, pack(SAMPLES[name]))
      // A level has the same columns as a count: it must be asked for.
      expect(detectFormat(file).name).toBe(name === 'nab-level' ? 'nab' : name)
    }
  }
})

test('a header with most of the columns of a format: the format is named, and what it lacks', () => {
  const file = join(folder, 'near.csv')
  writeFileSync(file, 't_s,contxt,generated_tokens\n1,2,3\n')
  expect(failure(() => detectFormat(file))).toMatchObject({
    line: 1,
    found: '"t_s,contxt,generated_tokens", which no format begins with; nearest is azure-llm, without context_tokens | ContextTokens',
  })
  // Some of the lists of the openb trace have no times.
  writeFileSync(file, 'name,cpu_milli,memory_mib,num_gpu,gpu_milli\n')
  expect(detectFormat(file).name).toBe('openb')
  writeFileSync(file, 'sn,cpu_milli,memory_mib,gpu,model\n')
  expect(failure(() => detectFormat(file))).toMatchObject({
    found: '"sn,cpu_milli,memory_mib,gpu,model", a list of nodes',
    accepted: 'rows with times; a list of nodes is used by pools: { trace: openb }',
  })
})

test('a file of no format is refused with what is accepted', () => {
  const file = join(folder, 'other.csv')
  writeFileSync(file, 'one,two\n')
  const { line, found, accepted } = failure(() => detectFormat(file))
  expect([line, found]).toEqual([1, '"one,two", which no format begins with'])
  for (const { name } of rowFormats) expect(accepted).toContain(`${name} (`)
  writeFileSync(file, '')
  expect(failure(() => detectFormat(file)).found).toBe('an empty file')
})

describe('what the readers make of their samples', () => {
  test('openb: by creation; a pod that was never scheduled has no duration', () => {
    const rows = rowsIn(format('openb'), SAMPLES.openb) as PodRow[]
    expect(rows.map(({ line, arrival, duration, shape }) => [line, arrival / 1e6, duration, shape])).toEqual([
      [3, 50, -1, 1],
      [2, 100, 297e6, 0],
      [4, 200, 0, 2],
    ])
  })

  test('surf: cores, memory in MB of 10^6 bytes, and the row that stood late in its place', () => {
    const cursor = format('surf').open(linesOfText(SAMPLES.surf))
    if (!('shapes' in cursor) || !('tenants' in cursor)) throw new Error('no pods')
    const rows = rowsIn(format('surf'), SAMPLES.surf) as PodRow[]
    expect(rows.map(({ line, arrival, duration, shape, tasks }) => [line, arrival / 1e6, duration / 1e6, shape, tasks])).toEqual([
      [2, 0, 1194, 0, 1],
      [4, 10, 0, 0, 1],
      [3, 30, 60.5, 1, 1],
    ])
    while (cursor.next() !== undefined);
    expect(cursor.shapes.map(({ cpu, memory }) => [cpu, memory])).toEqual([
      [16_000, 100e9],
      [4000, 2e9],
    ])
  })

  test('swf: processors as pods of a core, requested memory per processor, users as tenants; parts and empty jobs are left out and counted', () => {
    const cursor = format('swf').open(linesOfText(SAMPLES.swf))
    if (!('tenants' in cursor)) throw new Error('no pods')
    const rows: PodRow[] = []
    for (let row = cursor.next(); row !== undefined; row = cursor.next()) rows.push({ ...row })
    expect(rows).toEqual([
      { line: 5, arrival: 0, duration: 3600e6, shape: 0, tasks: 2, requested: 7200e6, tenant: 0, priority: 0, usage: 3000.5 / 3600 },
      { line: 7, arrival: 60e6, duration: -1, shape: 1, tasks: 8, requested: 7200e6, tenant: 0, priority: 0, usage: -1 },
      { line: 8, arrival: 90e6, duration: 100e6, shape: 1, tasks: 1, requested: 200e6, tenant: 1, priority: 0, usage: 1 },
    ])
    expect(cursor.shapes.map(({ cpu, memory }) => [cpu, memory])).toEqual([
      [1000, 2048 * 1024],
      [1000, 0],
    ])
    expect(cursor.tenants).toEqual(['user-3', 'user-7'])
    expect(cursor.notes()).toEqual([
      '2 lines are parts of jobs that also have a line for the whole job (status 2, 3 or 4) and are left out',
      '1 jobs without a number of processors are left out',
    ])
  })

  test('azure-llm: seconds or time stamps, tokens', () => {
    const rows = rowsIn(format('azure-llm'), SAMPLES['azure-llm']) as RequestRow[]
    expect(rows.map(({ arrival, sizes, key }) => [arrival, ...sizes, key])).toEqual([
      [0, 374, 44, -1],
      [4_314_579, 396, 109, -1],
      [4_541_877, 879, 55, -1],
    ])
    const published = 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0319569,3180,8\n'
    // 18:17:04.0319569 - 18:17:03.9799600 = 0.0519969 s; each stamp is rounded to whole microseconds.
    expect((rowsIn(format('azure-llm'), published) as RequestRow[]).map(({ arrival, sizes }) => [arrival, ...sizes])).toEqual([
      [0, 4808, 10],
      [51_997, 3180, 8],
    ])
  })

  test('mooncake: the second block is the key, the first where there is no other', () => {
    const rows = rowsIn(format('mooncake'), SAMPLES.mooncake) as RequestRow[]
    expect(rows.map(({ arrival, sizes, key, blocks }) => [arrival, sizes, key, blocks])).toEqual([
      [0, [6758, 500], 1, [0, 1, 2]],
      [3e6, [12, 4], 0, [0]],
      [3e6, [700, 90], -1, []],
    ])
  })

  test('azure-functions: a row arrives at its end minus its duration; app and function together are the key', () => {
    const rows = rowsIn(format('azure-functions'), SAMPLES['azure-functions']) as RequestRow[]
    expect(rows.map(({ line, arrival, sizes, key }) => [line, arrival, sizes[0], key])).toEqual([
      [3, 3860, 57.154, 1],
      [2, 500_000, 10, 0],
      [4, 59_099_000, 0.001, 0],
    ])
  })

  test('nasa: minutes or seconds; minutes that are missing stay missing', () => {
    expect(
      (rowsIn(format('nasa'), SAMPLES.nasa) as RateRow[]).map(({ arrival, length, count }) => [arrival / 60e6, length / 60e6, count]),
    ).toEqual([
      [0, 1, 42],
      [1, 1, 62],
      [4, 1, 58],
    ])
    expect((rowsIn(format('nasa'), 'second,requests\n3,1\n5,2\n') as RateRow[]).map(({ arrival, length }) => [arrival, length])).toEqual([
      [3e6, 1e6],
      [5e6, 1e6],
    ])
  })

  test('nab: from the first row on, the first gap is the length of an interval, missing ones are counted', () => {
    const cursor = format('nab').open(linesOfText(SAMPLES.nab))
    const rows: RateRow[] = []
    for (let row = cursor.next(); row !== undefined; row = cursor.next()) rows.push({ ...(row as RateRow) })
    expect(rows.map(({ arrival, length, count }) => [arrival / 60e6, length / 60e6, count])).toEqual([
      [0, 5, 94],
      [5, 5, 56],
      [15, 5, 187.5],
    ])
    expect(cursor.notes()).toEqual(['1 intervals are missing between rows; they have no arrivals'])
    expect((rowsIn(format('nab-level'), SAMPLES['nab-level']) as UsageRow[]).map(({ arrival, value }) => [arrival, value])).toEqual([
      [0, 33.5573],
      [300e6, 33.446],
    ])
  })

  test('bitbrains: one machine after the other; its mean over capacity is what the machine used', () => {
    const rows = rowsIn(format('bitbrains'), SAMPLES.bitbrains) as UsageRow[]
    expect(rows.map(({ series, arrival, length, value }) => [series, arrival / 1e6, length / 1e6, value])).toEqual([
      [0, 0, 300, 158],
      [0, 300, 600, 154.1],
      [1, 0, 300, 0],
    ])
    const file = join(folder, 'vms.csv')
    writeFileSync(file, SAMPLES['bitbrains-vms'])
    writeFileSync(join(folder, 'cpu_usage.csv'), SAMPLES.bitbrains.replace('190,0,300,0\n', ''))
    const vms = format('bitbrains-vms')
    if (!isKind(vms, 'pods')) throw new Error('no pods')
    const cursor = openRows(vms, file)
    const pods: PodRow[] = []
    for (let row = cursor.next(); row !== undefined; row = cursor.next()) pods.push({ ...row })
    // (158 · 300 + 154.1 · 600) / 900 = 155.4 MHz of 11,704.
    expect(pods[0].usage).toBeCloseTo(155.4 / 11_704, 12)
    expect(pods.map(({ arrival, duration, usage }) => [arrival / 1e6, duration / 1e6, usage < 0])).toEqual([
      [0, 2_592_252, false],
      [300, 2_592_252, true],
    ])
    expect(cursor.shapes.map(({ cpu, memory }) => [cpu, memory])).toEqual([
      [4000, 6_213_632 * 1024],
      [8000, 20_971_520 * 1024],
    ])
    expect(cursor.notes()).toEqual(['found no usage of 1 machines in cpu_usage.csv beside the file'])
  })

  test('workflows: the earliest submission is the arrival, parents are places, workflows come by arrival', () => {
    const rows = rowsIn(format('workflows'), SAMPLES.workflows) as WorkflowRow[]
    expect(rows).toEqual([
      { line: 5, arrival: 100e3, submitted: [100e3], duration: [10e3], shape: [0], parents: [[]] },
      {
        line: 2,
        arrival: 6e6,
        submitted: [6e6, 6.5e6, 7e6],
        duration: [7184e3, 9171e3, 5240e3],
        shape: [0, 1, 0],
        parents: [[], [0], [0, 1]],
      },
    ])
    expect(rowsIn(format('workflows'), SAMPLES.workflows.replace('threads', 'cores'))).toEqual(rows)
  })
})

describe('errors carry line and column', () => {
  test.each([
    ['surf', '60.5', '-1', '3 duration_s: "-1"; seconds from 0, such as 12 or 12.5'],
    ['surf', ',16,100000\n8', ',16\n8', '2 : 4 cells; 5 cells, as in the header'],
    [
      'surf',
      'mem_mb',
      'mem',
      '1 mem_mb: no such column in "id,submit_s,duration_s,cpu_count,mem"; a header with the columns id, submit_s, duration_s, cpu_count, mem_mb',
    ],
    ['swf', '3000.5', 'three', '5 cpu_s: "three"; a number from 0 to 9000000000, or -1'],
    ['swf', '; MaxProcs: 64', '1 2 3', '4 : 3 numbers; eighteen numbers, as in the Standard Workload Format'],
    ['swf', '   60   -1', '   -1   -1', '7 submit_s: "-1"; seconds from 0'],
    ['azure-llm', '4.314579', '4,314579', '3 : 4 cells; 3 cells, as in the header'],
    ['azure-llm', '879', '8.5', '4 context_tokens: "8.5"; a whole number from 0 to 1000000000'],
    ['mooncake', '"output_length": 4', '"output_length": "4"', '2 output_length: "\\"4\\""; a whole number from 0 to 1000000000'],
    ['mooncake', '[0]', '[0.5]', '2 hash_ids: "[0.5]"; a list of whole numbers from 0 to 4294967295'],
    [
      'mooncake',
      '[]}',
      '[]',
      '3 : "{\\"timestamp\\": 3000, \\"input_length\\": 700,…"; a JSON object with timestamp, input_length, output_length, hash_ids',
    ],
    ['azure-functions', '57.154\n', '\n', '3 duration: an empty cell; seconds from 0, such as 12 or 12.5'],
    ['nasa', '4,58', '1,58', '4 minute: "1"; at least 2, since rows are in the order of time'],
    [
      'nab',
      '00:19:00',
      '00:11:00',
      '4 timestamp: "2014-04-10 00:11:00"; a time at least 300 s after that of the row before, as in the first two rows',
    ],
    ['nab', '2014-04-10 00:09', '2014-04-31 00:09', '3 timestamp: "2014-04-31 00:09:00"; a date and time such as 2014-04-10 00:04:00'],
    ['bitbrains', '116,300', '116,200', '3 t_s: "200"; at least 300, the end of the sample before'],
    [
      'bitbrains',
      '190,0,300,0',
      '190,0,300,0\n116,900,300,1',
      '5 vm: "116"; consecutive rows of each machine; this one has earlier rows before those of another',
    ],
    ['bitbrains-vms', '20800', '0', '3 cpu_capacity_mhz: "0"; MHz above 0'],
    ['workflows', ',2,0\n', ',2,2\n', '3 parents: "2"; earlier tasks of the same workflow, separated by single blanks; not "2"'],
    ['workflows', '0 1', '0 0', '4 parents: "0 0"; each task at most once'],
    ['workflows', '1,3,100', '0,1,100', '5 task: "1"; a task that is not yet in its workflow'],
    [
      'workflows',
      '0,0,6000',
      '7,0,6000',
      '3 workflow: "0"; a number above 7, since workflows are in ascending order and the tasks of each are consecutive',
    ],
  ])('%s: %s instead of %s', (name, from, to, expected) => {
    expect(refusal(name, from, to)).toBe(expected)
  })

  test('a file without rows', () => {
    for (const one of rowFormats) {
      if (one.document !== undefined) continue
      const bare = ['mooncake', 'swf', 'google-2011'].includes(one.name)
      const header = bare ? '\n' : `${SAMPLES[one.name].split('\n')[0]}\n`
      expect(failure(() => rowsIn(one, header)).message, one.name).toMatch(/found no (row|job)/)
    }
  })
})

describe('10,000 files that are nearly right: rows that make sense, or a TraceError with its place', () => {
  const HOSTILE = [
    '',
    '-1',
    '1e9',
    '999999999999999999999',
    'NaN',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    ' ',
    '0',
    '7',
    '\0',
    'é',
    '{}',
    '[',
    '1.5',
    '2014-02-30 00:00:00',
    '__proto__',
    '0x10',
    ';',
    '|',
  ]

  /** All rows are read; whether there was an error. */
  function refused(one: RowFormat, text: string): boolean {
    try {
      const rows = rowsIn(one, text) as { line: number; arrival: number }[]
      let before = 0
      for (const { line, arrival } of rows) {
        if (!(Number.isSafeInteger(arrival) && arrival >= 0 && line >= 1))
          throw new Error(`a row that makes no sense: ${JSON.stringify({ line, arrival })}`)
        if (one.kind !== 'usage' && arrival < before) throw new Error('rows out of order')
        before = arrival
      }
      return false
    } catch (error) {
      if (!(error instanceof TraceError)) throw error
      if (error.file !== 'some.csv' || error.line < 0 || error.found === '' || error.accepted === '')
        throw new Error(`an error without its place: ${error.message}`, { cause: error })
      return true
    }
  }

  test.each(rowFormats.map((one) => [one.name, one] as const))('%s', (name, one) => {
    const sample = SAMPLES[name]
    const places = [...sample.matchAll(/[^\s,;:{}[\]"]+|\s|[,;:{}[\]"]/g)].map(({ 0: text, index }) => ({ index, text }))
    const changes = fc.array(fc.tuple(fc.nat(places.length - 1), fc.constantFrom(...HOSTILE), fc.nat(3)), { minLength: 1, maxLength: 3 })
    let errors = 0
    let valid = 0
    fc.assert(
      fc.property(changes, fc.nat(4 * sample.length), (given, cut) => {
        let text = sample
        for (const [place, token, how] of [...given].sort((a, b) => b[0] - a[0])) {
          const { index, text: old } = places[place]
          // Replaced, put before, left out, or doubled.
          const put = how === 0 ? token : how === 1 ? token + old : how === 2 ? '' : old + old
          text = text.slice(0, index) + put + text.slice(index + old.length)
        }
        if (cut < text.length) text = text.slice(0, cut)
        if (refused(one, text)) errors++
        else valid++
      }),
      { numRuns: slowCases(10_000), seed: 5 },
    )
    // Both ways out are met.
    expect(errors).toBeGreaterThan(slowCases(1000))
    expect(valid).toBeGreaterThan(slowCases(100))
  })

  test('any text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rowFormats), fc.string({ unit: 'binary', maxLength: 60 }), (one, text) => {
        refused(one, text)
      }),
      { numRuns: slowCases(10_000), seed: 6 },
    )
  })
})
