/** Distributions that reach below the smallest possible time: clipping raises their mean, which a note reports. */
import { distribution, type DistributionSpec } from '../../sim/random/index.ts'
import type { TrafficSpec, WorkSpec } from './spec.ts'

const POINTS = 20_000
/** A smaller relative change of the mean, or one of a microsecond, is not reported. */
const REPORTED_CHANGE = 0.005

/** Mean of max(min, X): mean + E[(min - X)+], by the midpoint rule over the clipped quantiles. */
export function clippedMean(spec: DistributionSpec, min: number): number {
  const law = distribution(spec)
  const below = law.cdf(min)
  if (!(below > 0) || !Number.isFinite(law.mean)) return law.mean
  let sum = 0
  for (let i = 0; i < POINTS; i++) sum += min - law.quantile((below * (i + 0.5)) / POINTS)
  return law.mean + (below * sum) / POINTS
}

/** A sentence for each distribution of a service whose mean clipping raises by half a percent or more. */
export function clippedNotes(traffic: TrafficSpec | null, work: WorkSpec | null): string[] {
  const parts: readonly (readonly [string, DistributionSpec, number])[] = [
    ...(work === null
      ? []
      : ([
          ['wait', work.wait, 0],
          ['work', work.cpu, 1],
        ] as const)),
    ...(traffic?.pattern === 'closed-loop' ? [['think time', traffic.think, 1] as const] : []),
  ]
  return parts.flatMap(([what, spec, min]) => {
    const { mean } = distribution(spec)
    const clipped = clippedMean(spec, min)
    if (!(clipped - mean > Math.max(1, REPORTED_CHANGE * Math.abs(mean)))) return []
    return [
      `the ${spec.kind} ${what} reaches below ${min === 0 ? '0' : 'a microsecond'} and is clipped there: its mean is ${(clipped / 1000).toPrecision(4)} ms instead of ${(mean / 1000).toPrecision(4)} ms`,
    ]
  })
}
