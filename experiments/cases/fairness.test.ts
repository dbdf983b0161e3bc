/** Requests per pod under round-robin and under clients that stick to their pods, from an experiment file. */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { simulate } from '../../sim/index.ts'
import { problemsText } from '../file/document.ts'
import { readExperiment } from '../file/spec.ts'
import { inputOf } from '../run/run.ts'

it('8 pods: largest over mean is 1 under round-robin, at least 8/3 for 3 sticky clients; the imbalance at an instant tells them apart by little', async () => {
  const read = await readExperiment(fileURLToPath(new URL('./sticky-clients.yaml', import.meta.url)))
  if ('problems' in read) throw new Error(problemsText(read.problems))
  const { variants, seed } = read.experiment
  const inputs = await Promise.all(variants.map(({ scenario }) => inputOf({ scenario, seed, replication: 0 })))
  const [fair, sticky] = inputs.map((one) => simulate(one).metrics)
  // Round-robin gives each pod a whole number of turns, one more at most.
  const requests = 160 * 540
  expect(fair['requests-per-pod']).toBeLessThan(1 + 10 / (requests / 8))
  expect(sticky['requests-per-pod']).toBeGreaterThan(8 / 3 - 1e-9)
  expect(fair['in-flight-imbalance']).toBeGreaterThan(4)
})
