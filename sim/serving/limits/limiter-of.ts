/** The list of adaptive limits. */
import type { RandomStream } from '../../random/stream.ts'
import { AimdLimit } from './aimd.ts'
import { Gradient2Limit } from './gradient2.ts'
import type { ConcurrencyLimit, Limiter } from './limiter.ts'
import { VegasLimit } from './vegas.ts'

/** The limit of a pod that opens. */
export function limiterOf(spec: ConcurrencyLimit, random: RandomStream): Limiter {
  switch (spec.algorithm) {
    case 'aimd':
      return new AimdLimit(spec)
    case 'vegas':
      return new VegasLimit(spec, random)
    case 'gradient2':
      return new Gradient2Limit(spec)
  }
}
