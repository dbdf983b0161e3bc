import { createHash, createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressBytes, bytesOf } from './bytes.ts'
import { crc32, CRC32_START, crc32Of, crc32Update } from './crc32.ts'
import { Fnv1a } from './fnv.ts'
import { MersenneTwister } from './mersenne-twister.ts'
import { murmur2 } from './murmur2.ts'
import { murmur3 } from './murmur3.ts'
import { hex, hmacSha256, sha256 } from './sha256.ts'
import { xxhash64 } from './xxhash64.ts'

describe('bytes', () => {
  test('are those of UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect([...bytesOf(text)]).toEqual([...Buffer.from(text)])
      }),
    )
  })

  test('an address is four numbers', () => {
    expect([...addressBytes('127.0.10.255')]).toEqual([127, 0, 10, 255])
    for (const wrong of ['127.0.0', '127.0.0.256', 'localhost', '1.2.3.4.5', '1.2..3'])
      expect(() => addressBytes(wrong)).toThrow('accepted: four numbers from 0 to 255')
  })
})

describe('published test vectors', () => {
  test('MurmurHash3, 128 bits for 64-bit machines: of nothing, and of the pangram', () => {
    expect(murmur3(bytesOf(''), 0)).toEqual([0n, 0n])
    expect(murmur3(bytesOf('The quick brown fox jumps over the lazy dog'), 0)).toEqual([0xe34bbc7bbc071b6cn, 0x7a433ca9c49a9347n])
  })

  test('CRC-32: check value of the catalogue of CRC algorithms', () => {
    expect(crc32(bytesOf('123456789'))).toBe(0xcbf43926)
    expect(crc32(bytesOf(''))).toBe(0)
    expect(crc32Of(crc32Update(crc32Update(CRC32_START, bytesOf('1234')), bytesOf('56789')))).toBe(0xcbf43926)
  })

  test.each([
    { text: '', seed: 0, hash: 0xef46db3751d8e999n },
    { text: 'a', seed: 0, hash: 0xd24ec4f1a98c6e5bn },
    { text: 'abc', seed: 0, hash: 0x44bc2cf5ad770999n },
    { text: 'Nobody inspects the spammish repetition', seed: 0, hash: 0xfbcea83c8a378bf1n },
    { text: 'xxhash', seed: 20141025, hash: 0xb559b98d844e0635n },
  ])('XXH64 of $text, seed $seed', ({ text, seed, hash }) => {
    expect(xxhash64(bytesOf(text), seed)).toBe(hash)
  })

  test.each([
    { text: '', hash: 0xcbf29ce484222325n },
    { text: 'a', hash: 0xaf63dc4c8601ec8cn },
    { text: 'foobar', hash: 0x85944171f73967e8n },
  ])('FNV-1a of $text', ({ text, hash }) => {
    expect(new Fnv1a().add(bytesOf(text)).value).toBe(hash)
  })

  test.each([
    { text: '', hash: 6142509188972423790n },
    { text: 'a', hash: 4993892634952068459n },
    { text: 'ab', hash: 5498234120169091963n },
    { text: 'abcdefgh', hash: 8664279048047335611n },
    { text: 'The quick brown fox jumps over the lazy dog', hash: 15910076551593770101n },
  ])('MurmurHash64A with the seed of std::hash (libstdc++ 12) of $text', ({ text, hash }) => {
    expect(murmur2(bytesOf(text))).toBe(hash)
  })

  test('MT19937 with seed 5489: the 10,000th draw of the C++ standard is 4123659995', () => {
    const twister = new MersenneTwister(5489)
    let draw = 0
    for (let i = 0; i < 10_000; i++) draw = twister.next()
    expect(draw).toBe(4123659995)
  })
})

test('XXH64 in words of 32 bits is XXH64 in BigInt, for all lengths and seeds', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.integer({ min: 0, max: 0xffffffff }), (bytes, seed) => {
      expect(xxhash64(bytes, seed)).toBe(plainXxhash64(bytes, BigInt(seed)))
    }),
  )
})

const MASK = 0xffff_ffff_ffff_ffffn
const PRIMES = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n]

/** The description of the algorithm, line by line. */
function plainXxhash64(bytes: Uint8Array, seed: bigint): bigint {
  const [p1, p2, p3, p4, p5] = PRIMES
  const turned = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK
  const round = (lane: bigint, input: bigint): bigint => (turned((lane + input * p2) & MASK, 31n) * p1) & MASK
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let hash = (seed + p5) & MASK
  if (bytes.length >= 32) {
    let lanes = [(seed + p1 + p2) & MASK, (seed + p2) & MASK, seed, (seed - p1) & MASK]
    for (; at + 32 <= bytes.length; at += 32) lanes = lanes.map((lane, i) => round(lane, view.getBigUint64(at + 8 * i, true)))
    hash = (turned(lanes[0], 1n) + turned(lanes[1], 7n) + turned(lanes[2], 12n) + turned(lanes[3], 18n)) & MASK
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * p1 + p4) & MASK
  }
  hash = (hash + BigInt(bytes.length)) & MASK
  for (; at + 8 <= bytes.length; at += 8) hash = (turned(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4) & MASK
  if (at + 4 <= bytes.length) {
    hash = (turned(hash ^ ((BigInt(view.getUint32(at, true)) * p1) & MASK), 23n) * p2 + p3) & MASK
    at += 4
  }
  for (; at < bytes.length; at++) hash = (turned(hash ^ ((BigInt(bytes[at]) * p5) & MASK), 11n) * p1) & MASK
  hash = ((hash ^ (hash >> 33n)) * p2) & MASK
  hash = ((hash ^ (hash >> 29n)) * p3) & MASK
  return hash ^ (hash >> 32n)
}

test('SHA-256 and HMAC are those of the platform, for all lengths around a block', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 150 }), fc.uint8Array({ maxLength: 150 }), (key, message) => {
      expect(hex(sha256(message))).toBe(createHash('sha256').update(message).digest('hex'))
      expect(hex(hmacSha256(key, message))).toBe(createHmac('sha256', key).update(message).digest('hex'))
    }),
  )
})
