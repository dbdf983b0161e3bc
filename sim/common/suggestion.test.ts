import { describe, expect, it } from 'vitest'
import { suggestion } from './suggestion.ts'

const known = ['least-allocated', 'most-allocated', 'best-fit', 'first-fit', 'fifo']

describe('suggestion', () => {
  it.each([
    ['a letter left out', 'best-ft', 'best-fit'],
    ['a letter too many', 'beest-fit', 'best-fit'],
    ['another letter', 'fofo', 'fifo'],
    ['neighbours swapped, which is one edit', 'fiof', 'fifo'],
    ['other case', 'BEST-FIT', 'best-fit'],
    ['the nearer of two', 'last-allocated', 'least-allocated'],
    ['the first of two that are as near', 'gist-fit', 'best-fit'],
  ])('%s: %s', (_, found, meant) => expect(suggestion(found, known)).toBe(` (did you mean ${meant}?)`))

  it.each(['', 'random', 'fit', 'ab'])('nothing is near %j', (found) => expect(suggestion(found, known)).toBe(''))

  it('a word of a megabyte is not compared letter by letter', () => expect(suggestion('x'.repeat(1 << 20), known)).toBe(''))
})
