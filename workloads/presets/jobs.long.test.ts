/** The population of every preset at time zero asks for the share of the cluster that is asked of it. */
import { expect, test } from 'vitest'
import { jobsSpec } from '../jobs/jobs.fixture.ts'
import { openJobs } from '../jobs/open.ts'
import { streams } from '../streams.fixture.ts'
import { jobPresets } from './jobs.ts'

test.each(jobPresets)('$name: 0.5 of 100,000 cores', (preset) => {
  const spec = jobsSpec({ ...preset.make(preset.machine), arrivals: null, inflate: { resource: 'cpu', share: 0.5 } })
  const source = openJobs(spec, { cpu: 1e8, memory: 1e15, gpu: 0 }, streams(1))
  let asked = 0
  while (source.next() === 0) asked += source.shapes[source.shape].cpu
  // Borg's heaviest jobs scatter most.
  expect(asked / 1e8).toBeGreaterThan(0.3)
  expect(asked / 1e8).toBeLessThan(0.8)
})
