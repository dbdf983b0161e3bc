/** What users of other systems type: each name gets a pointer, and each pointer is right. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseSource, problemsText } from './document.ts'
import { FAMILY_PATHS, familyOf } from './families.ts'
import { metricPeer, pointersOf } from './peers.ts'
import { resolveSource } from './spec.ts'

const file = (rest: string, traffic = '{ rate: 10/s }'): string => `name: peers
horizon: 5m
warmup: 1m
cluster: { pools: [{ name: a, count: 2, cpu: 4, memory: 16Gi }] }
workload:
  services:
    - { name: web, replicas: 2, cpu: 250m, memory: 128Mi, traffic: ${traffic}, work: { cpu: 5ms } }
${rest}
`

async function problems(yaml: string): Promise<string> {
  const read = parseSource('x.yaml', yaml)
  if ('problems' in read) return problemsText(read.problems)
  const resolved = await resolveSource(read.source)
  return 'problems' in resolved ? problemsText(resolved.problems) : ''
}

describe('names of peers', () => {
  it.each([
    ['slb: linkerd', '(here it is peak-ewma)'],
    ['slb: least-request', '(here it is envoy-least-request)'],
    ['slb: ring-hash', '(here it is envoy-ring-hash)'],
    ['autoscaling: { replicas: HorizontalPodAutoscaler }', '(here it is hpa)'],
    ['autoscaling: { nodes: NodePool }', '(here it is karpenter'],
    ['slb: hpa', '(it is an algorithm of autoscaling.replicas)'],
    ['autoscaling: vpa', '(it is an algorithm of autoscaling.sizes)'],
    ['scheduling: default-scheduler', '(here it is kubernetes)'],
    [
      'autoscaling: { replicas: { name: target-utilization, behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } } }',
      '(here it is scaleDownWindow)',
    ],
    ['primary: latency-avg', '(here it is latency-mean)'],
  ])('%s', async (text, pointer) => {
    expect(await problems(file(text))).toContain(pointer)
  })

  it('point at what exists: every pointer is accepted in its place', async () => {
    for (const family of FAMILY_PATHS) {
      const names = familyOf(family).all.map(({ name }) => name)
      for (const use of pointersOf(family).filter((one) => !one.includes('file:'))) {
        const value = parse(use) as string | { readonly name: string }
        expect(names, use).toContain(typeof value === 'string' ? value : value.name)
        const rest = family
          .split('.')
          .reduceRight((inner, key) => `{ ${key}: ${inner} }`, use)
          .slice(2, -2)
        // A member may need parameters, as scheduled its times; the name and the keys that are written must be known.
        expect(await problems(file(rest)), use).not.toContain('unknown')
      }
    }
  })

  it('a percentile is a quantile of the latency', () => {
    expect(metricPeer('p12')).toBe(' (here it is latency-p12)')
    expect(metricPeer('p99')).toBe(' (here it is latency-p99)')
  })
})

describe('variables', () => {
  it.each([
    ['in flow style', `{ rate: \${RATE} }`],
    ['in quotes', `{ rate: "\${RATE}" }`],
    ['in a longer text', `{ rate: "\${RATE}/s" }`],
  ])('%s: one message, which says that they are not replaced', async (_, traffic) => {
    const text = await problems(file('', traffic))
    expect(text.split('\n')).toHaveLength(1)
    expect(text).toMatch(/found .*\$\{RATE\}.*, a variable; accepted: a value\. Variables are not replaced: use --set/)
  })

  it('in a text that may be anything they are text', async () => {
    expect(await problems(file(`question: "What does \${X} cost?"`))).toBe('')
  })
})

it('control characters of a file reach no message', async () => {
  const text = await problems(file('"slb\\e[31m\\x9b": 1'))
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(text).toContain('found the unknown key')
})
