import { describe, expect, it } from 'vitest'
import { simulate } from '../../sim/index.ts'
import { parseSource } from '../file/document.ts'
import { estimateOf } from './estimate.ts'
import { planOf } from './plan.ts'
import { inputOf } from '../run/run.ts'
import { resolveSource } from '../file/spec.ts'

async function inputFor(workload: string, start = 'empty') {
  const read = parseSource(
    'x.yaml',
    `name: x
horizon: 5m
warmup: 0
start: ${start}
cluster: { pools: [{ name: p, count: 50, cpu: 16, memory: 64Gi }] }
workload: ${workload}
`,
  )
  const resolved = 'problems' in read ? read : await resolveSource(read.source)
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems))
  return inputOf({ scenario: planOf(resolved.experiment, 'x').variants[0].scenario, seed: 1, replication: 0 })
}

/** Events of the run over events of the estimate. */
async function missed(workload: string, start?: string): Promise<number> {
  const estimate = estimateOf(await inputFor(workload, start))
  return simulate(await inputFor(workload, start)).events / estimate.events
}

const web = (more: string): string => `{ services: [{ name: web, replicas: 20, cpu: 1, memory: 1Gi, ${more} }] }`
const batch = (more: string): string =>
  `{ background: [{ shapes: [{ cpu: 1, memory: 1Gi }], lifetime: { exponential: { mean: 20s } }, ${more} }] }`

describe('the estimate of a plan', () => {
  it.each([
    ['requests', web('traffic: { rate: 400/s }, work: { cpu: 4ms }')],
    ['requests without a network', web('networkDelay: 0, threads: 4, traffic: { rate: 400/s }, work: { cpu: 4ms }')],
    ['a wave', web('traffic: { rate: 400/s, pattern: diurnal, amplitude: 90%, period: 4m }, work: { cpu: 4ms }')],
    ['pods', batch('count: 200')],
  ])('%s: within 15 % of the events of the run', async (_, workload) => {
    expect(Math.abs((await missed(workload)) - 1)).toBeLessThan(0.15)
  })

  it('includes ageing', async () => {
    expect(Math.abs((await missed(batch('inflate: { cpu: 50% }'), '{ ageing: 3 lifetimes }')) - 1)).toBeLessThan(0.15)
  })

  it('pods are those of the run, requests are the mean', async () => {
    const { requests, pods } = estimateOf(await inputFor(web('traffic: { rate: 400/s }, work: { cpu: 4ms }')))
    expect({ requests, pods }).toEqual({ requests: 400 * 300, pods: 0 })
  })
})
