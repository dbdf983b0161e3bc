import { type RandomStream, Streams } from '../sim/random/index.ts'

/** The streams of one replication, as a source receives them from the simulation. */
export function streams(seed: string | number): (purpose: string) => RandomStream {
  const all = new Streams(seed, 0)
  return (purpose) => all.stream(purpose)
}
