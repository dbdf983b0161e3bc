/** Decisions computed by hand, for the members that compare a whole-number key. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import { bestFit } from '../members/best-fit.ts'
import { members } from '../index.ts'
import { chosen, context } from '../scheduling.fixture.ts'
import { partsPerUnit, WHOLE } from './weights.ts'

const GIB = 1_073_741_824

/** A small empty node and a large half-full one: the case in which absolute capacity and shares disagree. */
const smallOrLarge = () =>
  clusterOf()
    .node({ cpu: '4', memory: '8Gi' })
    .node({ cpu: '16', memory: '64Gi' })
    .pod({ cpu: '8', memory: '32Gi' }, onNode(1))
    .pod({ cpu: '1', memory: '1Gi' })

describe('first-fit', () => {
  test('rows 0 and 1 lack cpu and memory, row 2 fits', () => {
    expect(
      chosen(
        'first-fit',
        clusterOf()
          .node({ cpu: 999 })
          .node({ memory: GIB - 1 })
          .nodes(2)
          .pod({ cpu: 1000, memory: '1Gi' }),
      ),
    ).toBe(2)
  })

  test.each([
    { why: 'the third of three fits: 3 examined', nodes: ['500m', '500m', '2'], examined: 3 },
    { why: 'none fits: 2 examined', nodes: ['500m', '500m'], examined: 2 },
  ])('$why', ({ nodes, examined }) => {
    const build = clusterOf()
    for (const cpu of nodes) build.node({ cpu })
    const { cluster, pods } = build.pod().build()
    const placer = members[0].create({}, context())
    placer.place(pods[0], cluster.view)
    expect(placer.examined).toBe(examined)
  })
})

describe('best-fit', () => {
  test('left on the small node 3 cores and 7Gi, 3 * 4 + 7 = 19; on the large one 7 cores and 31Gi, 7 * 4 + 31 = 59: the small one', () => {
    expect(chosen('best-fit', smallOrLarge())).toBe(0)
  })

  const coreOrMemory = () =>
    clusterOf().node({ cpu: '3', memory: '1Gi' }).node({ cpu: '2', memory: '4Gi' }).pod({ cpu: '1', memory: '1Gi' })
  test('memoryPerCore 4Gi: left 2 cores and 0Gi = 8, or 1 core and 3Gi = 7: the second', () => {
    expect(chosen('best-fit', coreOrMemory())).toBe(1)
    expect(bestFit.parameters.memoryPerCore.default).toBe(4 * GIB)
  })
  test('memoryPerCore 1Gi: left 2 cores and 0Gi = 2, or 1 core and 3Gi = 4: the first', () => {
    expect(chosen('best-fit', coreOrMemory(), { memoryPerCore: GIB })).toBe(0)
  })

  test('4 cores left and 1 core with 12Gi left are both 16: the lower row', () => {
    const tie = (first: object, second: object) => clusterOf().node(first).node(second).pod({ cpu: '1', memory: '1Gi' })
    const cores = { cpu: '5', memory: '1Gi' }
    const memory = { cpu: '2', memory: '13Gi' }
    expect(chosen('best-fit', tie(cores, memory))).toBe(0)
    expect(chosen('best-fit', tie(memory, cores))).toBe(0)
  })

  test('half a MiB is rounded down: 2.5Gi and 0.5 MiB left count as 2560 MiB', () => {
    expect(
      chosen(
        'best-fit',
        clusterOf()
          .node({ cpu: '2', memory: 2560 * 1048576 + 524288 })
          .node({ cpu: '2', memory: 2560 * 1048576 })
          .pod({ cpu: '1', memory: 0 }),
      ),
    ).toBe(0)
  })
})

describe('least- and most-allocated', () => {
  test('free afterwards 3/4 and 7/8, mean 0.8125, or 7/16 and 31/64, mean 0.461: least takes the first, most the second', () => {
    expect(chosen('least-allocated', smallOrLarge())).toBe(0)
    expect(chosen('most-allocated', smallOrLarge())).toBe(1)
  })

  test('free afterwards 1/2 and 1/2 of 8 cores, or of 48 cores: a tie, exactly, so the lower row', () => {
    const small = { cpu: '8', memory: '32Gi' }
    const large = { cpu: '48', memory: '192Gi' }
    const pod = { cpu: '4', memory: '16Gi' }
    const filling = { cpu: '20', memory: '80Gi' } // 48 - 20 - 4 = 24 of 48, 192 - 80 - 16 = 96 of 192
    for (const name of ['least-allocated', 'most-allocated']) {
      expect(chosen(name, clusterOf().node(small).node(large).pod(filling, onNode(1)).pod(pod))).toBe(0)
      expect(chosen(name, clusterOf().node(large).node(small).pod(filling, onNode(0)).pod(pod))).toBe(0)
    }
  })

  test('no truncation to 0..100: 64.25 % free wins over 64 %, which would tie when truncated', () => {
    const node = { cpu: 4000, memory: '4Gi' }
    const asked = (millicores: number) => ({ cpu: millicores, memory: 0 })
    // free cpu afterwards 4000 - 1440 = 2560, 64 %; and 4000 - 1430 = 2570, 64.25 %
    expect(
      chosen('least-allocated', clusterOf().node(node).node(node).pod(asked(1340), onNode(0)).pod(asked(1330), onNode(1)).pod(asked(100))),
    ).toBe(1)
  })

  test('a fuller node on which the pod does not fit is not chosen', () => {
    expect(chosen('most-allocated', clusterOf().nodes(2, { cpu: '4' }).pod({ cpu: 3500 }, onNode(0)).pod({ cpu: '1' }))).toBe(1)
  })
})

describe('parts of a whole node', () => {
  test.each([2000, 4000, 8000, 16_000, 48_000, 64_000, 96_000, 128_000, 192_000])(
    '%i millicores: a whole number of parts per millicore',
    (millicores) => {
      expect(WHOLE % millicores).toBe(0)
    },
  )
  test.each([4, 8, 16, 32, 64, 128, 192, 256, 384, 512, 768, 1024, 1536])('%i GiB: a whole number of parts per MiB', (gib) => {
    expect(WHOLE % (gib * 1024)).toBe(0)
  })
  test('any capacity: whole weights, two shares below 2^53, each within 2e-8 of the fraction up to 16,384 cores', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16_384_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (capacity, part) => {
        const free = Math.floor(part * capacity)
        const share = partsPerUnit(capacity) * free
        expect(Number.isSafeInteger(2 * share)).toBe(true)
        expect(Math.abs(share / WHOLE - free / capacity)).toBeLessThan(2e-8)
      }),
    )
  })
  test('a capacity of 0 has no parts', () => expect(partsPerUnit(0)).toBe(0))
})
