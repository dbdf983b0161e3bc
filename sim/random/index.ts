/** The public entry point of random numbers: what workloads, experiments, reports and benches import. */
export { KeyedStream, SeededStream, Streams, type KeyedRandom, type RandomStream } from './stream.ts'
export {
  balancedMeans,
  correlatedPair,
  distribution,
  Exponential,
  scaled,
  scoreCorrelation,
  weibullScale,
  type CorrelatedPair,
  type Distribution,
  type DistributionSpec,
} from './distributions.ts'
export { SMALLEST_UNIFORM } from './distributions/distribution.ts'
export { gammaOf } from './gamma-function.ts'
export { nearest, normalCdf, normalQuantile, pow } from './math.ts'
