/** The HorizontalPodAutoscaler in a run: constant load is answered by one action, whatever the delays of the pipeline and of the pods. */
import { describe, expect, it } from 'vitest'
import { replicaAutoscalers } from '../autoscaling/replicas/index.ts'
import type { ParameterValue } from '../common/define.ts'
import { Simulation } from '../simulation.ts'
import { choose, input, noDelays, pool, script, service, shape } from '../testing/input.ts'
import type { FlatService } from '../testing/input.ts'

const SECOND = 1e6

/** 1 core of work in 50 requests a second for 20 minutes; 4 pods of 250m at the start. Number of replicas at the end, and of changes. */
function settled(partial: Partial<FlatService>, delays: Partial<typeof noDelays>, given: Readonly<Record<string, ParameterValue>> = {}) {
  const horizon = 1200 * SECOND
  const requests = script(Array.from({ length: 50 * 1200 }, (_, i) => [i * 20, 0, 20] as const))
  const simulation = new Simulation(
    input({
      horizon,
      sample: horizon,
      pools: [pool(4, { cpu: 8000 })],
      services: [service({ replicas: 4, minReplicas: 1, maxReplicas: 50, threads: 0, shape: shape({ cpu: 250 }), requests, ...partial })],
      replicas: choose(replicaAutoscalers, 'hpa', { target: 0.5, ...given }),
      delays: { ...noDelays, ...delays },
    }),
  )
  simulation.run()
  return { replicas: simulation.parts.replicaSets.desired[0], actions: simulation.parts.scaling.actions }
}

describe('1 core at 50 % of 250m needs 8 pods', () => {
  it.each([
    ['without delays', {}, {}, {}],
    ['a window of 15 s', {}, { window: 15 * SECOND }, {}],
    ['a window of 1 minute', {}, { window: 60 * SECOND }, {}],
    ['pods that start for 35 s', { pull: 20 * SECOND, start: 5 * SECOND, probe: 10 * SECOND }, {}, {}],
    ['pods that start for 5 minutes, when their samples count at once', { start: 300 * SECOND }, {}, {}],
    ['no time of readiness', { start: 30 * SECOND }, { window: 60 * SECOND }, { cpuInitialization: 0, initialReadinessDelay: 0 }],
    ['behavior', { start: 30 * SECOND }, {}, { rules: 'behavior' }],
  ])('%s: 4 to 8 in one action, and no other', (_, partial, delays, given) => {
    expect(settled(partial, delays, given)).toEqual({ replicas: 8, actions: 1 })
  })
})
