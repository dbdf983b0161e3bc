import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../common/define.ts'
import type { ParameterValue } from '../../common/define.ts'
import { adoptSizeAutoscaler, sizeAutoscalers } from './index.ts'
import type { SizeAutoscaler, SizesContext, UsageView } from './policy.ts'

const SECOND = 1_000_000 // µs
const context: SizesContext = { now: () => 0 }

function usage(given: Partial<UsageView>): UsageView {
  const { meanUsed = 200, peakUsed = 300 } = given
  return { now: 0, request: 500, limit: 0, measured: 4, used: [peakUsed, meanUsed], meanUsed, peakUsed, ...given }
}

/** A user's file: the usage of the largest pod plus a margin. */
const peakAndMargin = {
  name: 'peak-and-margin',
  every: '2m',
  parameters: { margin: { kind: 'share', default: 0.15, meaning: 'added to the peak' } },
  recommend: ({ peakUsed }: UsageView, { margin }: { margin: number }) => ({ cpu: Math.ceil(peakUsed * (1 + margin)) }),
}

function made(exported: unknown, values: Record<string, ParameterValue> = {}): SizeAutoscaler | null {
  const adopted = adoptSizeAutoscaler(exported)
  if ('problems' in adopted) throw new Error(adopted.problems.join('\n'))
  return adopted.definition.create(valuesOf(adopted.definition.parameters, values), context)
}

const members = [
  ...sizeAutoscalers.all.map((definition) => ({
    name: definition.name,
    make: () => definition.create(valuesOf(definition.parameters), context),
  })),
  { name: 'a user’s own', make: () => made(peakAndMargin) },
]

describe.each(members)('the size autoscaler contract: $name', ({ name, make }) => {
  test('whole millicores from 1, a period above 0, and the same answers for the same usage', () => {
    const scaler = make()
    if (scaler === null) return expect(name).toBe('none')
    expect(Number.isInteger(scaler.every) && scaler.every > 0).toBe(true)
    const other = make()!
    for (const peakUsed of [1, 37, 300, 15_999.5]) {
      const { cpu } = scaler.recommend(usage({ peakUsed, meanUsed: peakUsed / 2 }))
      expect(Number.isInteger(cpu) && cpu > 0).toBe(true)
      expect(other.recommend(usage({ peakUsed, meanUsed: peakUsed / 2 }))).toEqual({ cpu })
    }
  })
})

describe('a user’s own size autoscaler', () => {
  test('{ name, every?, recommend(target, values) }: 300m and 15 % are 345m, and 50 % are 450m', () => {
    expect(made(peakAndMargin)!.recommend(usage({}))).toEqual({ cpu: 345 })
    expect(made(peakAndMargin, { margin: 0.5 })!.recommend(usage({}))).toEqual({ cpu: 450 })
    expect([made(peakAndMargin)!.every, made({ name: 'mine', recommend: () => ({ cpu: 1 }) })!.every]).toEqual([120 * SECOND, 60 * SECOND])
  })

  test('{ name, create(values, context) }: one with state, or null', () => {
    const whole = made({ name: 'whole', create: () => ({ every: SECOND, recommend: ({ request }: UsageView) => ({ cpu: request * 2 }) }) })!
    expect([whole.every, whole.recommend(usage({}))]).toEqual([SECOND, { cpu: 1000 }])
    expect(made({ name: 'off', create: () => null })).toBeNull()
    expect(() => made({ name: 'half', create: () => ({ every: SECOND }) })).toThrow(
      'half: create must return null or { every, recommend(view) }',
    )
  })

  test.each([
    { answer: { cpu: 0 }, found: '{"cpu":0}' },
    { answer: { cpu: 12.5 }, found: '{"cpu":12.5}' },
    { answer: { cpu: NaN }, found: '{"cpu":null}' },
    { answer: 250, found: '250' },
    { answer: undefined, found: 'nothing' },
  ])('$found is no size', ({ answer, found }) => {
    expect(() => made({ name: 'confused', recommend: () => answer })!.recommend(usage({}))).toThrow(
      `confused: recommend must return { cpu } in whole millicores from 1 (Math.ceil helps), found ${found}`,
    )
  })

  test('problems are reported when the file is read', () => {
    const problems = ['a size autoscaler needs a function recommend or create, found name, every']
    expect(adoptSizeAutoscaler({ name: 'idle', every: '1h' })).toEqual({ problems })
  })
})
