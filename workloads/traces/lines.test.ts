import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { cellsOf, linesOf, TraceError } from './lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-lines-'))
afterAll(() => rmSync(folder, { recursive: true }))

function lines(content: string | Buffer): string[] {
  const file = join(folder, 'some.csv')
  writeFileSync(file, content)
  return [...linesOf(file)]
}

/** Where a handle of this process leads; empty when it is gone. */
function points(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

describe('lines', () => {
  test.each([
    ['unix', 'a,b\n1,2\n', ['a,b', '1,2']],
    ['no end at the last line', 'a,b\n1,2', ['a,b', '1,2']],
    ['carriage returns', 'a,b\r\n1,2\r\n', ['a,b', '1,2']],
    ['byte order mark', '\uFEFFa,b\n\uFEFF1,2\n', ['a,b', '\uFEFF1,2']],
    ['an empty line in between', 'a\n\nb\n', ['a', '', 'b']],
    ['nothing', '', []],
  ])('%s', (_, content, expected) => {
    expect(lines(content)).toEqual(expected)
  })

  test('a text longer than a chunk, with characters of several bytes across its edge, comes out whole', () => {
    const written = Array.from({ length: 30_000 }, (_, i) => `${i},größe,→`)
    expect(lines(written.join('\n'))).toEqual(written)
  })

  test('a file without line ends is refused before it fills the memory', () => {
    expect(() => lines(Buffer.alloc(1_000_000, 'x'))).toThrow(/some\.csv:1: found a line of more than 65536 characters/)
  })

  test('gzip is undone, whatever the name; a name in .gz without gzip is refused', () => {
    const written = Array.from({ length: 30_000 }, (_, i) => `${i},größe`)
    expect(lines(gzipSync(written.join('\n')))).toEqual(written)
    const file = join(folder, 'plain.csv.gz')
    writeFileSync(file, 'a,b')
    expect(() => [...linesOf(file)]).toThrow(/plain\.csv\.gz: found no gzip header/)
    writeFileSync(file, gzipSync('a,b').subarray(0, -3))
    expect(() => [...linesOf(file)]).toThrow(/plain\.csv\.gz: found a truncated gzip file; accepted: a whole gzip file/)
  })

  test('a file that changes while it is read is refused, and one that is left half-way is not held open', () => {
    const file = join(folder, 'changing.csv')
    writeFileSync(file, 'a\n'.repeat(100_000))
    const rows = linesOf(file)
    rows.next()
    const left = Array.from({ length: 50 }, () => linesOf(file))
    for (const one of left) one.next()
    if (existsSync('/proc/self/fd')) expect(readdirSync('/proc/self/fd').filter((fd) => points(fd) === file)).toEqual([])
    writeFileSync(file, 'b\n'.repeat(100_001))
    expect(() => [...rows]).toThrow(/changing\.csv: found a file that changed while it was read/)
  })

  test('a named pipe is refused, and not waited for', () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(() => [...linesOf(pipe)]).toThrow('no regular file')
  })

  test('a missing file and a directory are named', () => {
    expect(() => [...linesOf(join(folder, 'none.csv'))]).toThrow(/none\.csv: found no such file; accepted: a readable file/)
    expect(() => [...linesOf(folder)]).toThrow(/found a directory/)
    expect(() => [...linesOf('/dev/null')]).toThrow(/found no regular file/)
    expect(() => [...linesOf(folder)]).toThrow(TraceError)
  })
})

describe('cells', () => {
  test.each([
    ['a,b', ['a', 'b']],
    ['', ['']],
    [',', ['', '']],
    ['"a",b', ['a', 'b']],
    ['a,"b,c",d', ['a', 'b,c', 'd']],
    ['"say ""x""",', ['say "x"', '']],
    ['a,""', ['a', '']],
    ['5"', ['5"']],
  ])('%s', (text, expected) => {
    expect(cellsOf(text, 'f', 2)).toEqual(expected)
  })

  test('a quote that is left open, or closed too early, is refused with its line', () => {
    expect(() => cellsOf('a,"b', 'f', 7)).toThrow(/^f:7: found a quoted cell that does not end/)
    expect(() => cellsOf('a,"b"c', 'f', 7)).toThrow(/^f:7: found "c" after a quoted cell/)
  })
})
