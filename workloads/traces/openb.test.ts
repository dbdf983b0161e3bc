import { fileURLToPath } from 'node:url'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { linesOf, TraceError } from './lines.ts'
import { OPENB_NODES, OPENB_PODS, openbNodes, openbPods } from './openb.ts'
import { slowCases } from '../../sim/testing/index.ts'

const data = fileURLToPath(new URL('../data/openb-gpu-2023/', import.meta.url))
const nodeFile = join(data, OPENB_NODES)
const podFile = join(data, OPENB_PODS)

const folder = mkdtempSync(join(tmpdir(), 'orchsim-openb-'))
afterAll(() => rmSync(folder, { recursive: true }))
let written = 0

/** A new file each time, so that nothing comes out of the cache. */
function file(content: string): string {
  const path = join(folder, `${written++}.csv`)
  writeFileSync(path, content)
  return path
}

const HEADER = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time'
const ROW = 'p,12000,16384,1,460,T4|P100,LS,Running,100,400,103'
const pods = (...rows: string[]): string => file([HEADER, ...rows, ''].join('\n'))
const NODE_HEADER = 'sn,cpu_milli,memory_mib,gpu,model'

/** The row with one cell replaced. */
function but(column: string, value: string): string {
  const cells = ROW.split(',')
  cells[HEADER.split(',').indexOf(column)] = value
  return cells.join(',')
}

function failure(read: () => unknown): TraceError {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(TraceError)
    return error as TraceError
  }
  throw new Error('no TraceError')
}

describe("openb's own files", () => {
  test('1,523 nodes: 125,514 cores, 612,028,416 MiB, 6,212 GPUs', () => {
    const { length, shape, shapes } = openbNodes(nodeFile)
    const total = (amount: (s: (typeof shapes)[number]) => number): number => shape.reduce((sum, s) => sum + amount(shapes[s]), 0)
    expect(length).toBe(1523)
    expect(total((s) => s.cpu)).toBe(125_514_000)
    expect(total((s) => s.memory / 1_048_576)).toBe(612_028_416)
    expect(total((s) => s.gpus)).toBe(6212)
    // 617 x 8 + 54 x 4 + 518 x 2 + 24 x 1 = 6,212; 310 have none.
    const having = [0, 1, 2, 4, 8].map((gpus) => total((s) => (s.gpus === gpus ? 1 : 0)))
    expect(having).toEqual([310, 24, 518, 54, 617])
    expect(new Set(shapes.filter((s) => s.gpus > 0).map((s) => s.gpuModel)).size).toBe(7)
  })

  test('the rows are in order of the names, so the lowest row is the smallest name (a tie rule of the paper)', () => {
    const names = [...linesOf(nodeFile)].slice(1).map((line) => line.split(',')[0])
    expect(names).toEqual([...names].sort())
  })

  test('8,152 pods: 13 % without GPU, 38 % share one, 48 % take one, 0.9 % several; 6,087 GPUs asked for', () => {
    const trace = openbPods(podFile)
    const count = (has: (s: (typeof trace.shapes)[number]) => boolean): number =>
      trace.shape.reduce((sum, s) => sum + (has(trace.shapes[s]) ? 1 : 0), 0)
    const asked = (has: (s: (typeof trace.shapes)[number]) => boolean): number =>
      trace.shape.reduce((sum, s) => sum + (has(trace.shapes[s]) ? trace.shapes[s].gpus * trace.shapes[s].gpuMilli : 0), 0)
    expect(trace.length).toBe(8152)
    expect(trace.shapes.length).toBe(151)
    expect(count((s) => s.gpus === 0)).toBe(1088) // 13.3 %
    expect(count((s) => s.gpus === 1 && s.gpuMilli < 1000)).toBe(3078) // 37.8 %
    expect(count((s) => s.gpus === 1 && s.gpuMilli === 1000)).toBe(3911) // 48.0 %
    expect(count((s) => s.gpus > 1)).toBe(75) // 0.9 %
    expect(asked(() => true)).toBe(6_086_800)
    // 28 % and 7 % of 6,212 GPUs
    expect(asked((s) => s.gpuMilli < 1000) / 6_212_000).toBeCloseTo(0.28, 2)
    expect(asked((s) => s.gpus > 1) / 6_212_000).toBeCloseTo(0.07, 2)
    const phases = trace.phaseNames.map((_, phase) => trace.phase.reduce((sum, p) => sum + (p === phase ? 1 : 0), 0))
    expect(Object.fromEntries(trace.phaseNames.map((name, i) => [name, phases[i]]))).toEqual({
      Running: 5193,
      Failed: 1870,
      Pending: 897,
      Succeeded: 192,
    })
    const qos = trace.qosNames.map((_, q) => trace.qos.reduce((sum, p) => sum + (p === q ? 1 : 0), 0))
    expect(qos).toEqual([4647, 3398, 100, 7])
  })

  test('lifetimes: the published median 485 s, mean 25,785 s and C² 243 count the 897 pending rows from their creation', () => {
    const trace = openbPods(podFile)
    const from = (unscheduled: (row: number) => number): number[] =>
      Array.from(trace.deleted, (deleted, row) => (deleted - (trace.scheduled[row] < 0 ? unscheduled(row) : trace.scheduled[row])) / 1e6)
    const lives = from((row) => trace.created[row]).sort((a, b) => a - b)
    const mean = lives.reduce((a, b) => a + b) / lives.length
    const variance = lives.reduce((sum, life) => sum + (life - mean) * (life - mean), 0) / lives.length
    expect(Math.round(mean)).toBe(25_785)
    expect(lives[lives.length / 2]).toBe(485)
    expect(Math.round(variance / (mean * mean))).toBe(243)
  })
})

describe('reading', () => {
  test('units: seconds to µs, MiB to bytes; models are sorted and single', () => {
    const trace = openbPods(pods(ROW, but('gpu_spec', 'P100|T4|T4'), but('scheduled_time', '')))
    expect(trace.shapes).toEqual([{ cpu: 12_000, memory: 16_384 * 1_048_576, gpus: 1, gpuMilli: 460, gpuModels: ['P100', 'T4'] }])
    expect([...trace.shape]).toEqual([0, 0, 0])
    expect([...trace.created]).toEqual([100e6, 100e6, 100e6])
    expect([...trace.scheduled]).toEqual([103e6, 103e6, -1])
    expect([...trace.deleted]).toEqual([400e6, 400e6, 400e6])
  })

  test('columns are found by name: any order, further ones unread, quotes, CR LF and a byte order mark', () => {
    const order = HEADER.split(',').reverse()
    const cells = ROW.split(',').reverse()
    const content = `\uFEFF"extra",${order.join(',')}\r\n"x, y",${cells.map((cell) => `"${cell}"`).join(',')}\r\n`
    expect(openbPods(file(content))).toMatchObject({ length: 1, shapes: openbPods(pods(ROW)).shapes, qos: new Uint8Array([0]) })
  })

  test('times written with a fraction, as table programs do, are read', () => {
    expect([...openbPods(pods(but('scheduled_time', '103.5'))).scheduled]).toEqual([103_500_000])
  })

  test('a file is parsed once, and again when it has changed', () => {
    const path = pods(ROW)
    const first = openbPods(path)
    expect(openbPods(path)).toBe(first)
    writeFileSync(path, [HEADER, ROW, ROW].join('\n'))
    utimesSync(path, 1, 1)
    expect(openbPods(path).length).toBe(2)
  })
})

describe('errors name file, row, column, what was found and what is accepted', () => {
  test.each([
    ['not a number', 'cpu_milli', 'many', /found "many"; accepted: a whole number from 0/],
    ['negative', 'cpu_milli', '-1', /found "-1"/],
    ['NaN', 'memory_mib', 'NaN', /found "NaN"/],
    ['infinite', 'memory_mib', 'Infinity', /found "Infinity"/],
    ['hexadecimal', 'memory_mib', '0x10', /found "0x10"/],
    ['exponent', 'memory_mib', '1e3', /found "1e3"/],
    ['blank before', 'cpu_milli', ' 12', /found " 12"/],
    ['fraction of a millicore', 'cpu_milli', '0.5', /found "0.5"/],
    ['too large', 'memory_mib', '9007199254740993', /a whole number from 0 to 8589934591/],
    ['empty', 'cpu_milli', '', /found an empty cell/],
    ['nine devices', 'num_gpu', '9', /a whole number from 0 to 8/],
    ['share of two devices', 'num_gpu', '2', /column gpu_milli: found "460"; accepted: 1000, since only a pod of one GPU/],
    ['share of no device', 'num_gpu', '0', /column gpu_milli: found "460"; accepted: 0, since/],
    ['nothing of one device', 'gpu_milli', '0', /from 1 to 1000/],
    ['more than a device', 'gpu_milli', '1001', /from 0 to 1000/],
    ['a bar too many', 'gpu_spec', 'T4||P100', /GPU models joined by \|/],
    ['unknown class of service', 'qos', 'Best', /found "Best"; accepted: LS, BE, Burstable, Guaranteed/],
    ['unknown phase', 'pod_phase', 'Done', /accepted: Running, Failed, Pending, Succeeded/],
    ['deleted before created', 'deletion_time', '99', /at or after creation_time, 100/],
    ['scheduled before created', 'scheduled_time', '99', /empty, or from creation_time 100 to deletion_time 400/],
    ['scheduled after deleted', 'scheduled_time', '401', /empty, or from creation_time 100 to deletion_time 400/],
    ['time is negative', 'creation_time', '-5', /seconds from 0/],
    ['time is no number', 'deletion_time', 'later', /column deletion_time: found "later"; accepted: seconds from 0/],
    ['no name', 'name', '', /accepted: a name/],
  ])('%s', (_, column, value, message) => {
    const path = pods(ROW, ROW, but(column, value))
    const error = failure(() => openbPods(path))
    expect(error.message).toMatch(message)
    expect(error.message.startsWith(`${path}:4, column ${error.column}: found `)).toBe(true)
    expect(error).toMatchObject({ file: path, line: 4 })
    if (!/share of/.test(_)) expect(error.column).toBe(column)
  })

  test('a missing column, a column twice, another header, no header', () => {
    const lists = HEADER.replace(',qos', '')
    expect(failure(() => openbPods(file(`${lists}\n`)))).toMatchObject({ line: 1, column: 'qos' })
    expect(failure(() => openbPods(file(`${HEADER},qos\n${ROW},LS\n`)))).toMatchObject({
      line: 1,
      column: 'qos',
      found: '2 columns of this name',
    })
    expect(failure(() => openbPods(nodeFile))).toMatchObject({ file: nodeFile, line: 1, column: 'name' })
    expect(failure(() => openbPods(file(ROW)))).toMatchObject({ line: 1, column: 'name' })
    expect(failure(() => openbPods(file('name;cpu_milli\n'))).message).toMatch(
      /no such column in "name;cpu_milli"; accepted: a header with the columns name, cpu_milli,/,
    )
  })

  test('a short row, a long row, a header alone, an empty file', () => {
    expect(failure(() => openbPods(pods(ROW, 'p,1,2')))).toMatchObject({
      line: 3,
      column: '',
      found: '3 cells',
      accepted: '11 cells, as in the header',
    })
    expect(failure(() => openbPods(pods(`${ROW},`)))).toMatchObject({ line: 2, found: '12 cells' })
    expect(failure(() => openbPods(pods()))).toMatchObject({ line: 2, found: 'no row after the header' })
    expect(failure(() => openbPods(file('')))).toMatchObject({ line: 0, found: 'an empty file' })
  })

  test('a missing file, a directory, a file in place of a folder', () => {
    expect(failure(() => openbPods(join(folder, 'none.csv')))).toMatchObject({ found: 'no such file' })
    expect(failure(() => openbPods(folder))).toMatchObject({ found: 'a directory', file: folder })
    expect(failure(() => openbPods(join(pods(ROW), 'inside.csv')))).toMatchObject({ found: 'no such file' })
  })

  test('nodes: a model without GPUs, GPUs without a model', () => {
    expect(failure(() => openbNodes(file(`${NODE_HEADER}\nn,1,1,0,T4\n`)))).toMatchObject({ line: 2, column: 'model', found: '"T4"' })
    expect(failure(() => openbNodes(file(`${NODE_HEADER}\nn,1,1,2,\n`)))).toMatchObject({
      line: 2,
      column: 'model',
      found: 'an empty cell',
    })
  })
})

describe('any text yields rows or a TraceError with its file, never another exception', () => {
  const attempt = (content: string): void => {
    const path = file(content)
    for (const read of [openbPods, openbNodes]) {
      try {
        expect(read(path).length).toBeGreaterThan(0)
      } catch (error) {
        if (!(error instanceof TraceError)) throw error
        expect(error.file).toBe(path)
        if (error.column !== '') expect(error.line).toBeGreaterThan(0)
      }
    }
  }

  test('plain text and bytes', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), attempt), { numRuns: slowCases(150, 5), seed: 11 })
  })

  test('tables that are nearly right', () => {
    const cell = fc.oneof(
      fc.constantFrom('', '0', '1', '1000', '-1', 'NaN', '1e9', '"', '"x"', 'T4|T4', '|', '\r', 'LS', 'Running', '9'.repeat(400)),
      fc.string(),
    )
    const rows = fc.array(
      fc.oneof(
        fc.constant(ROW),
        fc.array(cell, { minLength: 9, maxLength: 12 }).map((cells) => cells.join(',')),
      ),
      { maxLength: 4 },
    )
    const header = fc.constantFrom(HEADER, NODE_HEADER, `"${HEADER.split(',').join('","')}"`)
    const mutated = fc.tuple(header, rows, fc.constantFrom('\n', '\r\n', '\r')).map(([head, body, end]) => [head, ...body].join(end))
    const oneCell = fc.tuple(fc.constantFrom(...HEADER.split(',')), cell).map(([column, value]) => `${HEADER}\n${but(column, value)}\n`)
    fc.assert(fc.property(fc.oneof(mutated, oneCell), attempt), { numRuns: slowCases(300, 3), seed: 12 })
  })
})
