import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_WEIGHT } from '../structures/slots.ts'
import { context, filled, histories, picks, replay, request, seeded } from '../slb.fixture.ts'
import { WeightTree } from '../structures/weight-tree.ts'
import { weightedRandom, WeightedRandomTwin } from './weighted-random.ts'

const fresh = (seed: string) => weightedRandom.create({}, context(seeded(seed)))

/** Sum of (found - expected)^2 / expected. */
function chiSquare(found: readonly number[], shares: readonly number[]): number {
  const draws = found.reduce((sum, n) => sum + n, 0)
  return found.reduce((sum, n, i) => sum + ((n - draws * shares[i]) * (n - draws * shares[i])) / (draws * shares[i]), 0)
}

describe('weighted-random', () => {
  test('shares are w / sum of w: chi-square over 100,000 picks below 18.47, the 99.9 % point at 4 degrees of freedom', () => {
    const weights = [5, 1, 3, 11, 30]
    const found = [0, 0, 0, 0, 0]
    for (const slot of picks(filled(fresh('chi'), weights), 100_000)) found[slot]++
    expect(
      chiSquare(
        found,
        weights.map((w) => w / 50),
      ),
    ).toBeLessThan(18.47)
    expect(chiSquare(found, [0.2, 0.2, 0.2, 0.2, 0.2])).toBeGreaterThan(1000) // the test can fail
  })

  test('with one excluded, the shares of the others: chi-square below 16.27 at 3 degrees of freedom, for each one excluded', () => {
    const weights = [5, 1, 3, 11, 30]
    for (let exclude = 0; exclude < 5; exclude++) {
      const balancer = filled(fresh(`without ${exclude}`), weights)
      const found = [0, 0, 0, 0, 0]
      for (let i = 0; i < 40_000; i++) found[balancer.pick(request, exclude)]++
      expect(found[exclude]).toBe(0)
      const left = weights.map((_, slot) => slot).filter((slot) => slot !== exclude)
      expect(
        chiSquare(
          left.map((slot) => found[slot]),
          left.map((slot) => weights[slot] / (50 - weights[exclude])),
        ),
      ).toBeLessThan(16.27)
    }
  })

  test('picks as the twin, through any history', () => {
    const weights = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: MAX_WEIGHT }))
    fc.assert(
      fc.property(histories(weights, 40), (history) => {
        expect(replay(fresh('twin'), history)).toEqual(replay(new WeightedRandomTwin(seeded('twin')), history))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the tree of weights', () => {
  test('finds the index whose share contains a point, as a walk does, while weights change and the tree grows', () => {
    const change = fc.record({ index: fc.nat(150), weight: fc.nat(5) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
        const tree = new WeightTree()
        const plain = new Array<number>(151).fill(0)
        for (const { index, weight } of changes) {
          tree.add(index, weight - plain[index])
          plain[index] = weight
        }
        let sum = 0
        for (let index = 0; index <= 150; index++) {
          expect(tree.before(index)).toBe(sum)
          for (let point = sum; point < sum + plain[index]; point++) expect(tree.find(point)).toBe(index)
          sum += plain[index]
        }
        expect(tree.total).toBe(sum)
      }),
    )
  })
})
