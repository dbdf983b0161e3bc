import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import type { LoadView } from '../policy.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { keda } from './keda.ts'

function play(given: Record<string, ParameterValue>, views: readonly Partial<LoadView>[], initial: number, min = 0): number[] {
  const scaler = keda.create(valuesOf(keda.parameters, { scaleDownWindow: 0, ...given }), context)!
  let replicas = initial
  return views.map(
    (view, i) =>
      (replicas = scaler.desired(
        load({ now: 15 * i * SECOND, replicas, ready: replicas, measured: replicas, rate: 0, inFlight: 0, min, ...view }),
      )),
  )
}

describe('keda', () => {
  // KEDA's documentation: a target of 5 messages and 30 of them are 6 replicas; here 3 pods with 10 requests each
  test('from 1 replica on as an HPA with AverageValue: 30 requests at 5 per replica are 6', () => {
    expect(play({}, [{ inFlight: 10 }], 3)).toEqual([6])
  })

  test("the HPA's limit: at most max(2 x present, 4) at once", () => {
    expect(play({}, [{ inFlight: 100 }], 3)).toEqual([6])
    expect(play({}, [{ inFlight: 100 }], 1)).toEqual([4])
  })

  test('0 to 1 only when the triggers are looked at, every 30 s', () => {
    expect(play({}, [{}, { rate: 50 }, { rate: 50 }], 0)).toEqual([0, 0, 1])
    expect(play({ polling: 15 * SECOND }, [{}, { rate: 50 }], 0)).toEqual([0, 1])
  })

  test('activation: strictly above', () => {
    const triggers = [{ metric: 'rate', target: 5, activation: 10 }]
    expect(play({ triggers }, [{ rate: 10 }], 0)).toEqual([0])
    expect(play({ triggers }, [{ rate: 10.5 }], 0)).toEqual([1])
  })

  test('cooldown: 0 once no trigger was active for longer than it, whatever the present number', () => {
    const idle = Array.from({ length: 5 }, (): Partial<LoadView> => ({}))
    // the HPA keeps at least 1 meanwhile
    expect(play({ cooldown: 45 * SECOND }, [{ inFlight: 5 }, ...idle], 8)).toEqual([8, 1, 1, 1, 0, 0])
    expect(play({ cooldown: 45 * SECOND }, [{ inFlight: 5 }, ...idle], 8, 1)).toEqual([8, 1, 1, 1, 1, 1])
  })

  test('triggers: the one that asks for most decides', () => {
    const triggers = [
      { metric: 'requests', target: 5, activation: 0 },
      { metric: 'rate', target: 10, activation: 0 },
    ]
    expect(play({ triggers }, [{ inFlight: 10, rate: 80 }], 4)).toEqual([8])
    expect(play({ triggers: [{ metric: 'queued', target: 1, activation: 0 }] }, [{ inFlight: 10, queued: 1.5 }], 4)).toEqual([6])
  })

  test('tolerance: 10 % of the value per replica', () => {
    expect(play({}, [{ inFlight: 5.4 }], 10)).toEqual([10])
    expect(play({ tolerance: 0 }, [{ inFlight: 5.4 }], 10)).toEqual([11])
  })

  test('scaleDownWindow: the highest recommendation within it', () => {
    const calm: readonly Partial<LoadView>[] = [{ inFlight: 2 }, { inFlight: 2 }]
    expect(play({ scaleDownWindow: 60 * SECOND }, calm, 10)).toEqual([10, 10])
    expect(play({}, calm, 10)).toEqual([10, 4]) // the present size is recorded at the first decision and counts at that time
  })
})
