import { describe, expect, it } from 'vitest'
import { Elasticity } from '../../sim/measure/elasticity.ts'
import { POWER_CURVES, powerAt } from '../../sim/measure/power.ts'
import { simulate } from '../../sim/index.ts'
import { inputOf } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource } from './spec.ts'

const text = (assessment: string): string => `
name: assessed
horizon: 10m
warmup: 1m
start: empty
cluster: { pools: [{ name: main, count: 4, cpu: 4, memory: 8Gi, price: 0.40/h }] }
scheduling: first-fit
workload:
  services: [{ name: web, replicas: 4, cpu: 1, memory: 2Gi, objective: 200ms, traffic: { rate: 100/s }, work: { cpu: 10ms } }]
${assessment}
`

async function load(assessment: string) {
  const read = parseSource('x.yaml', text(assessment))
  return 'problems' in read ? read : resolveSource(read.source)
}

async function metricsOf(assessment: string) {
  const found = await load(assessment)
  if ('problems' in found) throw new Error(problemsText(found.problems))
  return simulate(await inputOf({ scenario: found.experiment.variants[0].scenario, seed: 1, replication: 0 })).metrics
}

describe('elasticity of supply against demand', () => {
  it('is the area between the curves over the demand: d = 2, 4, 2 and s = 2, 2, 4 give 50/3 % under and 100/3 % over', () => {
    const sums = new Elasticity(10, 4)
    for (const [supply, arrived] of [
      [2, 20],
      [2, 40],
      [4, 20],
    ]) {
      sums.held(supply, 1e6)
      sums.closed(arrived)
    }
    const result = sums.result()
    expect(result.under).toBeCloseTo(50 / 3)
    expect(result.over).toBeCloseTo(100 / 3)
    expect([result.underTime, result.overTime]).toEqual([100 / 3, 100 / 3])
    // The supply moves after the demand and against it: two of two steps; one change of three seconds against two.
    expect(result.instability).toBe(100)
    expect(result.jitter).toBeCloseTo(-1200)
    expect(result.oscillation).toBe(0.5)
    // Without scaling 4 pods: over by 100 % in two of three thirds.
    const tiny = 0.01
    const ratios = [
      tiny / (50 / 3 + tiny),
      (200 / 3 + tiny) / (100 / 3 + tiny),
      tiny / (100 / 3 + tiny),
      (200 / 3 + tiny) / (100 / 3 + tiny),
    ]
    expect(result.speedup).toBeCloseTo(ratios.reduce((product, ratio) => product * ratio, 1) ** 0.25)
  })
})

describe('power', () => {
  it('has the published values at steps of 10 % and is linear between them', () => {
    const curve = POWER_CURVES['hp-ml110-g5']
    expect([0, 0.1, 0.15, 1, 1.2].map((u) => powerAt(curve, u))).toEqual([93.7, 97, 99, 135, 135])
  })
})

describe('the assessment of a run', () => {
  it('equals node and pod intervals times power, price and intensity: 4 nodes, 4 pods, 9 minutes', async () => {
    const metrics = await metricsOf(`assessment:
  demand: [{ service: web, perPod: 40/s }]
  power: [{ idle: 100, max: 100 }]
  pue: 1.5
  carbon: [{ at: 0s, intensity: 400 }, { at: 5m30s, intensity: 200 }]`)
    expect(metrics['elasticity-over']).toBeCloseTo(100 / 3)
    expect(metrics['elasticity-over-time']).toBe(100)
    expect(metrics['elasticity-under']).toBe(0)
    expect(metrics['elastic-speedup']).toBeCloseTo(1)
    expect(metrics['pod-hours']).toBeCloseTo(0.6)
    expect(metrics['node-hours']).toBeCloseTo(0.6)
    expect(metrics.cost).toBeCloseTo(0.24)
    expect(metrics['cost-unrequested']).toBeCloseTo(0.18) // 12 of 16 cores and 24 of 32 GiB
    expect(metrics.energy).toBeCloseTo(0.09)
    expect(metrics.carbon).toBeCloseTo(27)
  })

  it('lets the three nodes without pods sleep at 10 W', async () => {
    const metrics = await metricsOf('assessment: { power: [{ idle: 100, max: 100, sleep: { power: 10, after: 0s } }] }')
    expect(metrics.energy).toBeCloseTo(0.13 * 0.15)
    expect(metrics['elasticity-over']).toBeNull()
  })

  it.each([
    ['demand: [{ service: wob, perPod: 4/s }]', 'found the unknown service "wob"; accepted: web (did you mean web?)'],
    ['power: [{ idle: 3 }]', 'found idle; accepted: one of preset, curve, or idle and max'],
    ['power: [{ pool: x, preset: hp-ml110-g4 }]', 'found the unknown pool "x"; accepted: main'],
    ['carbon: 400', 'found a carbon intensity and no power; accepted: both, since carbon is energy times intensity'],
    ['power: [{ preset: hp-ml110-g4 }]\n  carbon: [{ at: 1h, intensity: 3 }]', 'found a later time; accepted: the first item begins at 0s'],
  ])('refuses %s', async (assessment, message) => {
    const found = await load(`assessment:\n  ${assessment}`)
    expect('problems' in found && problemsText(found.problems)).toContain(message)
  })
})
