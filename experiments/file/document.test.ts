import fc from 'fast-check'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseSource, pathText, problemsText, readSource, show, sorted } from './document.ts'

const textOf = (yaml: string): string => {
  const read = parseSource('x.yaml', yaml)
  return 'problems' in read ? problemsText(read.problems) : 'right'
}

describe('text that is not an experiment', () => {
  it.each([
    ['an empty file', '', 'x.yaml:1:1  found an empty file; accepted: an experiment with at least a cluster and a workload'],
    ['only a comment', '# nothing\n', 'x.yaml:1:1  found an empty file; accepted: an experiment with at least a cluster and a workload'],
    ['a list', '- a\n', 'x.yaml:1:1  found a list; accepted: a map of sections such as cluster: and workload:'],
    ['a number', '12\n', 'x.yaml:1:1  found 12; accepted: a map of sections such as cluster: and workload:'],
    ['a key twice', 'name: a\nseed: 1\nname: b\n', 'x.yaml:3:1  found the key "name" a second time; accepted: each key once'],
    [
      'an alias inside its own value',
      'a: &x [1, *x]\n',
      'x.yaml:1:11  found an alias (*name) inside the value that it refers to; accepted: aliases of complete values',
    ],
    ['an alias of nothing', 'a: *nobody\n', 'x.yaml:1:4  found the alias *nobody before any &nobody; accepted: aliases of values above'],
    ['tabs', 'a:\n\tb: 1\n', 'x.yaml:2:1  found a tab in the indentation; accepted: spaces'],
  ])('%s', (_, yaml, expected) => expect(textOf(yaml)).toBe(expected))

  it('aliases that multiply: 10^5 leaves from 5 lines', () => {
    const level = (name: string, of: string): string => `${name}: &${name} [${Array(10).fill(of).join(',')}]`
    const bomb = [level('a', 'x'), level('b', '*a'), level('c', '*b'), level('d', '*c'), level('e', '*d')].join('\n')
    expect(textOf(bomb)).toBe('x.yaml:2:8  found aliases (*name) that expand to too many values; accepted: at most 100 expanded aliases')
  })

  it('several syntax errors are reported together', () => {
    expect(textOf('name: a\nname: b\nseed: 1\nseed: 2\n').split('\n')).toHaveLength(2)
  })

  it('a directory, a missing file, bytes that are not text', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchsim-'))
    writeFileSync(join(folder, 'bytes.yaml'), Uint8Array.of(0xc3, 0x28, 0xff))
    const message = (file: string): string => {
      const read = readSource(file)
      return 'problems' in read ? read.problems[0].message : 'right'
    }
    expect(message(folder)).toBe('found a directory; accepted: a YAML file')
    expect(message(join(folder, 'none.yaml'))).toBe('found no such file; accepted: a YAML file')
    expect(message(join(folder, 'bytes.yaml'))).toBe('found bytes that are not UTF-8 text; accepted: a YAML file')
  })

  it('any text at all gives data or problems with places inside the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ':', ' ', '-', '\n', '[', ']', '{', '}', '&', '*', '#', '"', '|', '\t'), maxLength: 60 }),
        (text) => {
          const read = parseSource('x.yaml', text)
          if ('source' in read) return
          expect(read.problems.length).toBeGreaterThan(0)
          for (const { place, message } of read.problems) {
            expect(place.line).toBeGreaterThanOrEqual(1)
            expect(place.line).toBeLessThanOrEqual(text.split('\n').length)
            expect(place.column).toBeGreaterThanOrEqual(1)
            expect(message).toMatch(/^found /)
          }
        },
      ),
      { seed: 1, numRuns: 500 },
    )
  })
})

describe('places', () => {
  const read = parseSource('x.yaml', 'a:\n  b: [10, { c: 5 }]\nd:\nbase: &b { e: 1 }\nuse: *b\n')
  const source = 'source' in read ? read.source : undefined
  it.each([
    ['a value', ['a', 'b', 0], 2, 7],
    ['a value in a list', ['a', 'b', 1, 'c'], 2, 16],
    ['a missing key: its nearest parent', ['a', 'b', 1, 'z'], 2, 11],
    ['an empty value: its key', ['d'], 3, 1],
    ['behind an alias: where it is used', ['use', 'e'], 5, 6],
  ])('%s', (_, path, line, column) => expect(source?.place(path)).toEqual({ file: 'x.yaml', line, column }))

  it('a key', () => expect(source?.keyPlace(['a', 'b', 1, 'c'])).toEqual({ file: 'x.yaml', line: 2, column: 13 }))

  it('problems are sorted by place, equal ones once', () => {
    const at = (line: number, column: number) => ({ place: { file: 'x', line, column }, path: 'p', message: 'found' })
    expect(sorted([at(2, 1), at(1, 9), at(1, 2), at(1, 9)])).toEqual([at(1, 2), at(1, 9), at(2, 1)])
  })
})

describe('texts of values and paths', () => {
  it('values as errors print them', () => {
    expect([undefined, null, [], [1], {}, { a: 1 }, 'x', NaN, 3, true].map(show)).toEqual([
      'nothing',
      'an empty value',
      'an empty list',
      'a list',
      'an empty map',
      'a map',
      '"x"',
      'NaN',
      '3',
      'true',
    ])
  })

  it('paths name list items that have a name', () => {
    const data = { pools: [{ name: 'web' }, { x: 1 }] }
    expect(pathText(data, ['pools', 0, 'cpu'])).toBe('pools.web.cpu')
    expect(pathText(data, ['pools', 1, 'x'])).toBe('pools[1].x')
  })
})
