import { createHash, createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressBytes, bytesOf } from './bytes.ts'
import { crc32, CRC32_START, crc32Of, crc32Update } from './crc32.ts'
import { fnv1a64 } from './fnv.ts'
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
    { text: '', seed: 0n, hash: 0xef46db3751d8e999n },
    { text: 'a', seed: 0n, hash: 0xd24ec4f1a98c6e5bn },
    { text: 'abc', seed: 0n, hash: 0x44bc2cf5ad770999n },
    { text: 'Nobody inspects the spammish repetition', seed: 0n, hash: 0xfbcea83c8a378bf1n },
    { text: 'xxhash', seed: 20141025n, hash: 0xb559b98d844e0635n },
  ])('XXH64 of $text, seed $seed', ({ text, seed, hash }) => {
    expect(xxhash64(bytesOf(text), seed)).toBe(hash)
  })

  test.each([
    { text: '', hash: 0xcbf29ce484222325n },
    { text: 'a', hash: 0xaf63dc4c8601ec8cn },
    { text: 'foobar', hash: 0x85944171f73967e8n },
  ])('FNV-1a of $text', ({ text, hash }) => {
    expect(fnv1a64(bytesOf(text))).toBe(hash)
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

test('SHA-256 and HMAC are those of the platform, for all lengths around a block', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 150 }), fc.uint8Array({ maxLength: 150 }), (key, message) => {
      expect(hex(sha256(message))).toBe(createHash('sha256').update(message).digest('hex'))
      expect(hex(hmacSha256(key, message))).toBe(createHmac('sha256', key).update(message).digest('hex'))
    }),
  )
})
