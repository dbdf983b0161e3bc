/** Laws that reach below what time can be: what is cut there makes the mean larger, and that is told. */
import { distribution, type DistributionSpec } from '../../sim/random/index.ts'
import type { TrafficSpec, WorkSpec } from './spec.ts'

const POINTS = 20_000
/** A mean that moves by less, or by the microsecond that is the least there is, is not worth a word. */
const WORTH = 0.005

/** Mean of max(least, X), by the midpoint rule over the quantiles of what is cut: mean + E[(least - X)+]. */
export function clippedMean(spec: DistributionSpec, least: number): number {
  const law = distribution(spec)
  const below = law.cdf(least)
  if (!(below > 0) || !Number.isFinite(law.mean)) return law.mean
  let sum = 0
  for (let i = 0; i < POINTS; i++) sum += least - law.quantile((below * (i + 0.5)) / POINTS)
  return law.mean + (below * sum) / POINTS
}

/** A sentence for each amount of a service whose mean is moved by half a percent or more. */
export function clippedNotes(traffic: TrafficSpec, work: WorkSpec): string[] {
  const parts: readonly (readonly [string, DistributionSpec, number])[] = [
    ['wait', work.wait, 0],
    ['work', work.cpu, 1],
    ...(traffic.pattern === 'closed-loop' ? [['think time', traffic.think, 1] as const] : []),
  ]
  return parts.flatMap(([what, spec, least]) => {
    const { mean } = distribution(spec)
    const cut = clippedMean(spec, least)
    if (!(cut - mean > Math.max(1, WORTH * Math.abs(mean)))) return []
    return [
      `the ${spec.kind} ${what} reaches below ${least === 0 ? '0' : 'a microsecond'} and is cut there: its mean is ${(cut / 1000).toPrecision(4)} ms and not ${(mean / 1000).toPrecision(4)} ms`,
    ]
  })
}
