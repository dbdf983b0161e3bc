/** Times between failures and times of repair: distributions, or presets with a published source. */
import type { z } from 'zod'
import type { DistributionSpec } from '../../../sim/random/index.ts'
import { forms, isMap, oneOf, section } from '../quantities.ts'
import { distribution } from './distribution.ts'

const HOUR = 3600e6
const YEAR = 365 * 24 * HOUR

/** A published time to failure or of repair. */
export interface FailurePreset {
  readonly name: string
  readonly spec: DistributionSpec
  /** What was observed, and where it is published. */
  readonly source: string
}

/** From a repair to the next failure, per unit. */
export const failurePresets: readonly FailurePreset[] = [
  {
    name: 'google-machines',
    spec: { kind: 'exponential', mean: 1.8 * YEAR },
    source: 'machines: 1,000 failures in the first year of a cluster of 1,800 (Dean, Google I/O 2008); every is its mean alone',
  },
  {
    name: 'google-racks',
    spec: { kind: 'exponential', mean: 1.5 * YEAR },
    source: 'racks: 20 failures in the same year, of 30 racks of 60 machines (40 to 80 machines vanish at a time)',
  },
  {
    name: 'google-lossy-racks',
    spec: { kind: 'exponential', mean: 6 * YEAR },
    source: 'racks with half of their packets lost: 5 in the same year, of 30 racks',
  },
  {
    name: 'meta-gpu-nodes',
    spec: { kind: 'exponential', mean: (2048 * 54 * 24 * HOUR) / 419 },
    source: 'nodes of 8 GPUs: 419 unplanned interruptions of 2,048 nodes in 54 days (Llama Team, The Llama 3 Herd of Models, 2024)',
  },
]

/** From a failure to the end of its repair. */
export const repairPresets: readonly FailurePreset[] = [
  {
    name: 'google-racks',
    spec: { kind: 'uniform', low: HOUR, high: 6 * HOUR },
    source: 'racks: 1 to 6 hours to get back (Dean 2008)',
  },
]

/** A distribution of times, or `{ preset: name }`. */
function withPresets(presets: readonly FailurePreset[]): z.ZodType<DistributionSpec> {
  const names = presets.map(({ name }) => name)
  const published = section('a published distribution', {
    preset: oneOf(names).describe(presets.map(({ name, source }) => `${name}: ${source}`).join('; ')),
  }).transform(({ preset }) => presets.find(({ name }) => name === preset)!.spec)
  return forms<DistributionSpec>({ published, drawn: distribution() }, (value) =>
    isMap(value) && 'preset' in value ? 'published' : 'drawn',
  )
}

/** Time between failures. */
export const failureTimes = () => withPresets(failurePresets)

/** Time of repair. */
export const repairTimes = () => withPresets(repairPresets)
