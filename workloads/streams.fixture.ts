import { type RandomStream, Streams } from '../sim/random/index.ts'

/** The streams of one replication, as the simulation hands them to a source. */
export function streams(seed: string | number): (purpose: string) => RandomStream {
  const all = new Streams(seed, 0)
  return (purpose) => all.stream(purpose)
}
