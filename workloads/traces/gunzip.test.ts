import { constants, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Gunzip, isGzip } from './gunzip.ts'

/** Through our reader, with the input in pieces of so many bytes. */
function gunzipped(gzip: Buffer, piece = 1000): Buffer {
  let at = 0
  const gunzip = new Gunzip(
    () => (at < gzip.length ? gzip.subarray(at, (at += piece)) : undefined),
    (found) => new RangeError(found),
  )
  const pieces: Buffer[] = []
  for (let text = gunzip.next(); text !== undefined; text = gunzip.next()) pieces.push(Buffer.from(text))
  return Buffer.concat(pieces)
}

const numbers = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `${i},${(i * 7919) % 1000}\n`).join(''))
const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = constants

describe('what zlib packed comes out as it went in', () => {
  test.each([
    ['stored blocks', { level: 0 }],
    ['fast', { level: 1 }],
    ['small', { level: 9 }],
    ['fixed codes', { strategy: Z_FIXED }],
    ['letters only', { strategy: Z_HUFFMAN_ONLY }],
    ['runs: distance 1 only', { strategy: Z_RLE }],
    ['filtered', { strategy: Z_FILTERED }],
    ['a window of 512 bytes', { windowBits: 9 }],
  ])('%s', (_, options) => {
    expect(gunzipped(gzipSync(numbers, options)).equals(numbers)).toBe(true)
  })

  test('long runs, more than a window, with the input a byte at a time', () => {
    const runs = Buffer.alloc(300_000, 'x')
    expect(gunzipped(gzipSync(runs), 1).equals(runs)).toBe(true)
  })

  test('any bytes, any level, pieces of any size', () => {
    const strategies = fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED)
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 0, max: 9 }),
        strategies,
        fc.integer({ min: 1, max: 50 }),
        (bytes, level, strategy, piece) => {
          const text = Buffer.from(bytes)
          return gunzipped(gzipSync(text, { level, strategy }), piece).equals(text)
        },
      ),
      { numRuns: 2000, seed: 1 },
    )
  })

  test('members one after the other are one text; a member cannot see the one before', () => {
    const [one, two] = [gzipSync('one\n'), gzipSync('two\n')]
    expect(gunzipped(Buffer.concat([one, two, one])).toString()).toBe('one\ntwo\none\n')
    expect(gunzipped(gzipSync('')).length).toBe(0)
    // The raw body of the second member was packed with a dictionary: its first match reaches four bytes before its beginning.
    const body = deflateRawSync('one\none\n', { dictionary: Buffer.from('one\n') })
    const forged = Buffer.concat([one, two.subarray(0, 10), body, Buffer.alloc(8)])
    expect(() => gunzipped(forged)).toThrow('refers to text before its beginning')
  })

  test('header with extra field, name, comment and checksum', () => {
    const plain = gzipSync('text')
    const header = Buffer.from(plain.subarray(0, 10))
    header[3] = 2 | 4 | 8 | 16
    const optional = Buffer.from([3, 0, 1, 2, 3, ...Buffer.from('name\0comment\0'), 9, 9])
    expect(gunzipped(Buffer.concat([header, optional, plain.subarray(10)])).toString()).toBe('text')
  })
})

describe('what is not whole is refused', () => {
  const gzip = gzipSync(numbers.subarray(0, 2000))

  test.each([
    ['cut off', gzip.subarray(0, -1), 'truncated'],
    ['cut in the middle', gzip.subarray(0, 300), 'truncated'],
    ['bytes after it', Buffer.concat([gzip, Buffer.from('more')]), 'other bytes after the end'],
    ['checksum', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(4), gzip.subarray(-4)]), 'wrong checksum'],
    ['length', Buffer.concat([gzip.subarray(0, -4), Buffer.alloc(4)]), 'wrong length'],
    ['method', Buffer.concat([gzip.subarray(0, 2), Buffer.from([7]), gzip.subarray(3)]), 'unknown compression method'],
  ])('%s', (_, bytes, message) => {
    expect(isGzip(bytes)).toBe(true)
    expect(() => gunzipped(bytes)).toThrow(message)
  })

  test('fuzz: 10,000 files with bytes changed, left out or cut: the text as it was, or a refusal, as zlib does', () => {
    const text = numbers.subarray(0, 300)
    const packed = [gzipSync(text), gzipSync(text, { strategy: Z_FIXED }), gzipSync(text, { level: 0 })]
    const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 3 })
    let whole = 0
    fc.assert(
      fc.property(fc.constantFrom(...packed), changes, fc.nat(400), fc.integer({ min: 1, max: 60 }), (from, places, cut, piece) => {
        const bytes = Buffer.from(cut < from.length && cut % 4 === 0 ? from.subarray(0, cut) : from)
        for (const [place, value] of places) if (bytes.length > 0) bytes[place % bytes.length] = value
        let ours: Buffer | undefined
        try {
          ours = gunzipped(bytes, piece)
        } catch (error) {
          if (!(error instanceof RangeError) || error.message.startsWith('Invalid')) throw error
        }
        if (ours === undefined || bytes.length === 0) return true
        whole++
        return ours.equals(text) && gunzipSync(bytes).equals(text)
      }),
      { numRuns: 10_000, seed: 2 },
    )
    expect(whole).toBeGreaterThan(100)
  })
})
