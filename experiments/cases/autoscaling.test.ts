/** Small studies on which an autoscaler once gave a wrong answer, each with the right one. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { simulate, type RunResult } from '../../sim/index.ts'
import { problemsText } from '../file/document.ts'
import { readExperiment } from '../file/spec.ts'
import { inputOf } from '../run/run.ts'

const file = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url))

async function problems(name: string, set: readonly string[] = []): Promise<string> {
  const read = await readExperiment(file(name), { set })
  return 'problems' in read ? problemsText(read.problems) : ''
}

/** One run per variant; `set` as `--set` on the command line. */
async function runs(name: string, set: readonly string[] = []): Promise<readonly RunResult[]> {
  const read = await readExperiment(file(name), { set })
  if ('problems' in read) throw new Error(problemsText(read.problems))
  const { variants, seed } = read.experiment
  const tasks = variants.map(({ scenario }) => ({ scenario, seed, replication: 0 }))
  return (await Promise.all(tasks.map(inputOf))).map(simulate)
}

const column = (result: RunResult, id: string): number[] => [...result.series.columns.find(({ name }) => name === id)!.values].map(Number)

describe('one core of constant load, 250m a pod, target 50 %: 8 pods after one action, whatever the window', () => {
  const files = readdirSync(file('.')).filter((name) => /^(hpa|over-\w+)\.yaml$/.test(name))
  it('three studies', () => expect(files).toHaveLength(3))
  it.each(files)('%s', async (name) => {
    for (const result of await runs(name)) {
      const hours = (name === 'hpa.yaml' ? 30 : 20) / 60
      expect((result.metrics['scaling-actions'] as number) * hours).toBeCloseTo(1, 9)
      const ready = column(result, 'ready')
      expect([Math.max(...ready), ready[ready.length - 1], result.metrics['scaling-reversals']]).toEqual([8, 8, 0])
      expect(ready.every((count, i) => i === 0 || count >= ready[i - 1])).toBe(true)
    }
  })
})

describe('one request of 20 ms always under way', () => {
  // Requests of all pods over the pods that were measured for long enough would count those of new pods twice.
  it.each([
    { replicas: '{ name: queue-length, target: 0.125 }', pods: 8, why: '1 / 0.125' },
    {
      replicas: '{ name: step, metric: in-flight, outThreshold: 0.15, inThreshold: 0.1, outCooldown: 0s, every: 15s }',
      pods: 7,
      why: '1 / 6 is above 0.15, 1 / 7 is not',
    },
  ])('$replicas: $pods pods at most ($why), whatever the window', async ({ replicas, pods }) => {
    for (const result of await runs('over-fast.yaml', [`autoscaling.replicas=${replicas}`]))
      expect(Math.max(...column(result, 'ready'))).toBe(pods)
  })
})

describe('minReplicas: 0', () => {
  it.each(['target-utilization', 'step'])('is refused with %s: it sees nothing without a pod', async (name) => {
    expect(await problems('min0.yaml', [`autoscaling.replicas=${name}`])).toContain(
      `found 0 with ${name}, whose metric exists only while a pod is ready`,
    )
  })
  it('queue-length scales to 0 when nothing arrives, and back at the first arrivals, whose share of errors ends with the first pod', async () => {
    const [result] = await runs('min0.yaml', ['autoscaling.replicas=queue-length'])
    const ready = column(result, 'ready')
    // Sampled each 15 s; 20 requests/s begin at 12 min: two requests in 1,000 s before that.
    expect(Math.min(...ready.slice(0, 48))).toBe(0)
    expect(Math.min(...ready.slice(51))).toBe(1)
    // Of 18 min: at most a scrape, a sync, and the start of the pod with its probe, 15 + 15 + 3 s.
    expect(result.metrics['errors-no-backend']).toBeGreaterThan(0)
    expect(result.metrics['errors-no-backend']).toBeLessThan((100 * 33) / (18 * 60))
  })
  it('scheduled sets what its times say, 0 included', async () => {
    const [result] = await runs('min0.yaml', [
      'autoscaling.replicas={ name: scheduled, times: [{ at: 1m, replicas: 0 }, { at: 11m, replicas: 2 }] }',
    ])
    const ready = column(result, 'ready')
    expect([ready[8], ready[47]]).toEqual([0, 2])
  })
})
