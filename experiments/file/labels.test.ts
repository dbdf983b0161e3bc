import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseSource } from './document.ts'
import { resolveSource } from './spec.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-labels-'))
afterAll(() => rmSync(folder, { recursive: true }))

const score = (name: string): string => `export default { name: '${name}', parameters: { weight: 1 }, score: () => 0 }\n`

beforeAll(() => {
  mkdirSync(join(folder, 'old'))
  for (const [file, name] of [
    ['mine.ts', 'tight-packing'],
    ['best-fit.ts', 'best-fit'],
    ['other.ts', 'best-fit'],
    ['old/best-fit.ts', 'best-fit'],
  ])
    writeFileSync(join(folder, file), score(name))
})

async function labels(axis: string): Promise<readonly string[]> {
  const read = parseSource(
    join(folder, 'x.yaml'),
    `name: small
cluster: { pools: [{ name: general, count: 4, cpu: 4, memory: 8Gi }] }
workload: { services: [{ name: web, replicas: 4, cpu: 500m, memory: 1Gi, traffic: { rate: 8/s }, work: { cpu: 4ms }, scheduler: second }] }
schedulers: [{ name: second, algorithm: first-fit }]
compare: { ${axis} }
`,
  )
  if ('problems' in read) throw new Error(JSON.stringify(read))
  const resolved = await resolveSource(read.source)
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems))
  return resolved.experiment.axes[0].labels
}

it.each([
  ['its name, not that of its file', '[first-fit, { file: ./mine.ts }]', ['first-fit', 'tight-packing']],
  ['parameters that differ', '[{ file: ./mine.ts }, { file: ./mine.ts, weight: 2 }]', ['tight-packing #1', 'tight-packing weight=2']],
  ['its file beside a built-in of the name', '[best-fit, { file: ./best-fit.ts }]', ['best-fit', 'best-fit (best-fit.ts)']],
  [
    'its file and parameters beside namesakes',
    '[best-fit, { name: best-fit, memoryPerCore: 1Gi }, { file: ./other.ts }, { file: ./best-fit.ts, weight: 2 }, { file: ./best-fit.ts, weight: 3 }]',
    [
      'best-fit (defaults)',
      'best-fit memoryPerCore=1Gi',
      'best-fit (other.ts)',
      'best-fit (best-fit.ts) weight=2',
      'best-fit (best-fit.ts) weight=3',
    ],
  ],
  [
    'its path beside a file of the same name',
    '[{ file: ./best-fit.ts }, { file: ./old/best-fit.ts }]',
    ['best-fit (./best-fit.ts)', 'best-fit (./old/best-fit.ts)'],
  ],
])('an own algorithm is labelled with %s', async (_, values, expected) => {
  expect(await labels(`scheduling: ${values}`)).toEqual(expected)
})

it('an empty map is {}', async () => {
  expect(await labels('delays: [{}, { decision: 1ms }]')).toEqual(['delays {}', 'delays decision 1ms'])
})

it('also as the balancer of one service', async () => {
  writeFileSync(join(folder, 'stuck.ts'), `export default { name: 'always-first', pick: () => 0 }\n`)
  expect(await labels('workload.services.web.slb: [random, { file: ./stuck.ts }]')).toEqual(['slb random', 'slb always-first'])
})

it('also as a further scheduler', async () => {
  expect(await labels('schedulers.second.algorithm: [first-fit, { file: ./mine.ts }]')).toEqual([
    'algorithm first-fit',
    'algorithm tight-packing',
  ])
})
