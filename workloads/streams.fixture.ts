import type { RandomStream } from '../sim/random/stream.ts'
import { Streams } from '../sim/random/stream.ts'

/** The streams of one replication, as the simulation hands them to a source. */
export function streams(seed: string | number): (purpose: string) => RandomStream {
  const all = new Streams(seed, 0)
  return (purpose) => all.stream(purpose)
}
