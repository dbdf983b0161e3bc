/** What users' files must not do, each in a real worker thread: the run fails with the algorithm's name and the place, the others go on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseSource } from '../file/document.ts'
import { loadFile } from '../file/load.ts'
import { resolveSource } from '../file/spec.ts'
import { canonical, oneWave, planOf, type Plan } from '../plan/plan.ts'
import { execute, threads, type Execution } from '../run/execute.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-guard-'))
afterAll(() => rmSync(folder, { recursive: true }))

const YAML = `name: guard
replications: 1
horizon: 60s
warmup: 10s
cluster: { pools: [{ name: general, count: 3, max: 4, cpu: 4, memory: 8Gi }] }
workload:
  services:
    - { name: web, replicas: 4, cpu: 500m, memory: 1Gi, traffic: { rate: 20/s }, work: { cpu: 4ms } }
compare:
`

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return `{ file: ./${name} }`
}

async function planned(compare: string, replications: number): Promise<Plan> {
  const read = parseSource(join(folder, 'x.yaml'), `${YAML.replace('replications: 1', `replications: ${replications}`)}  ${compare}\n`)
  if ('problems' in read) throw new Error(JSON.stringify(read))
  const resolved = await resolveSource(read.source)
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems))
  return planOf(resolved.experiment, 'test')
}

async function executed(
  compare: string,
  { limit, replications = 1, workers = 1 }: { limit?: number; replications?: number; workers?: number } = {},
): Promise<Execution> {
  const plan = await planned(compare, replications)
  const executor = threads(workers, limit)
  try {
    return await execute(plan, oneWave(plan), executor, new AbortController().signal)
  } finally {
    await executor.close()
  }
}

/** The body of a score at line 3 of a TypeScript file whose types change nothing but the columns of the generated code. */
const score = (body: string): string => `interface Unused { readonly text: string }
export default { name: 'mine', score(pod: number, node: number, view: any): number { const unused: Unused | null = null
  ${body}
  return unused === null ? 0 : 1 } }
`

const cases: readonly (readonly [string, string, string])[] = [
  ['Math.random', 'Math.random()', 'mine calls Math.random (FILE:3:8); accepted: the random stream that it is given'],
  ['Date.now', 'Date.now()', 'mine calls Date.now (FILE:3:8); accepted: the time of the simulation'],
  ['new Date()', 'new Date()', 'mine calls new Date() (FILE:3:3)'],
  ['Date()', 'Date()', 'mine calls new Date() (FILE:3:3)'],
  ['performance.now', 'performance.now()', 'mine calls performance.now (FILE:3:15)'],
  ['process.hrtime', 'process.hrtime.bigint()', 'mine calls process.hrtime.bigint (FILE:3:18)'],
  ['crypto', 'crypto.randomUUID()', 'mine calls crypto.randomUUID (FILE:3:10)'],
  ['a timer', "setTimeout(() => { throw new Error('late') }, 1)", 'mine calls setTimeout (FILE:3:3)'],
  ['process.exit', 'process.exit(0)', 'mine calls process.exit (FILE:3:11); accepted: an Error that is thrown'],
  ['a caught fault', 'try { Math.random() } catch {}', 'mine calls Math.random (FILE:3:14)'],
  ['a column', 'view.nodes.freeCpu[node] = 1', 'mine writes to nodes.freeCpu[0] (FILE:3:'],
  ['a column by a method', 'view.nodes.freeCpu.fill(0)', 'mine writes to nodes.freeCpu.fill (FILE:3:22)'],
  ['a list of columns', 'view.nodes.free[0] = []', 'mine writes to nodes.free[0] (FILE:3:'],
  ['a property', 'view.nodes.count = 1', 'mine writes to nodes.count (FILE:3:'],
  ['an error', "throw new Error('dice lost')", 'mine: dice lost (FILE:3:9)'],
  ['a value', "throw 'dice lost'", 'mine: threw dice lost, which is not an Error'],
  ['a rejection', "void Promise.reject(new Error('dice lost'))", 'an own file threw after its call had returned: dice lost'],
]

describe('a call of a user', () => {
  let execution: Execution
  beforeAll(async () => {
    const files = cases.map(([, body], i) => file(`mine${i}.ts`, score(body)))
    execution = await executed(`scheduling: [best-fit, ${files.join(', ')}]`)
  }, 120_000)

  it('fails its own run only', () => {
    expect(execution.finished.map(({ run }) => run.variant)).toEqual([0])
    expect(execution.failed).toHaveLength(cases.length)
  })

  it.each(cases.map(([name, , expected], i) => [name, expected.replace('FILE', `mine${i}.ts`), i + 1] as const))(
    '%s',
    (_, expected, variant) => {
      expect(execution.failed.find(({ run }) => run.variant === variant)!.message).toContain(expected)
    },
  )

  it('an endless loop ends after the limit, and the others go on', async () => {
    const { finished, failed } = await executed(`scheduling: [${file('endless.ts', score('for (;;);'))}, best-fit, worst-fit]`, {
      limit: 1,
    })
    expect(finished.map(({ run }) => run.variant)).toEqual([1, 2])
    expect(failed.map(({ message }) => message)).toEqual([
      'mine: a call did not return within 1 s; accepted: a shorter call, or a longer --call-limit',
    ])
  })

  it('an imported file has its own place', async () => {
    writeFileSync(join(folder, 'helper.ts'), 'type T = number\n\nexport const help = (value: T): T => Math.random() * value\n')
    const { failed } = await executed(
      `scheduling: [${file('imports.ts', "import { help } from './helper.ts'\nexport default { name: 'mine', score: () => help(1) }\n")}]`,
    )
    expect(failed.map(({ message }) => message)).toEqual([expect.stringContaining('mine calls Math.random (helper.ts:3:43)')])
  })

  it.each([
    ['slb', 'pick: (backends: any) => { backends.count = 1; return 0 }', 'mine writes to count'],
    ['slb', 'pick: () => Math.floor(Math.random())', 'mine calls Math.random'],
    ['autoscaling.replicas', "every: '10s', desired: (load: any) => (load.replicas = 3)", 'mine writes to replicas'],
    ['autoscaling.nodes', "every: '10s', propose: (view: any) => { view.pools.push(1) }", 'mine writes to pools.push'],
    ['scheduling', 'create: () => ({ place: (pod: number, view: any) => (view.pods.phase[pod] = 0) })', 'mine writes to pods.phase[0]'],
    ['scheduling', 'create: () => ({ place: () => Number(Date.now() > 0) })', 'mine calls Date.now'],
    ['scheduling', 'create: () => { Math.random(); return { place: () => 0 } }', 'mine calls Math.random'],
  ])('%s: %s', async (family, text, expected) => {
    const named = file('mine.ts', `export default { name: 'mine', ${text} }`)
    const { failed } = await executed(`${family}: [${named}]`)
    expect(failed.map(({ message }) => message)).toEqual([expect.stringContaining(expected)])
  })
})

it('a write after the checked reads breaks a law at the end of the run', async () => {
  // The first replication sees the write itself; in the second no read is checked.
  const late = `let calls = 0
export default { name: 'late', create: () => ({ examined: 1, place(pod: number, view: any) {
  let sum = 0
  if (calls++ === 0) for (let i = 0; i < 60_000; i++) sum += view.nodes.count
  else view.nodes.freeCpu[0] -= 1
  for (let node = 0; node < view.nodes.count; node++) if (view.feasible(view.pods.podClass[pod], node)) return node
  return sum < 0 ? 0 : -1
} }) }
`
  const { finished, failed } = await executed(`scheduling: [best-fit, ${file('late.ts', late)}]`, { replications: 2 })
  expect(finished.map(({ run }) => run.variant)).toEqual([0, 0])
  expect(failed.map(({ message }) => message)).toEqual([
    expect.stringContaining('late writes to nodes.freeCpu[0] (late.ts:5:'),
    expect.stringMatching(
      /^at the end of the run the cluster is not what its events made of it: .*; late may write into its view \(--check finds the call\)$/,
    ),
  ])
})

it('a run finds nothing that another run left in the modules of a file: any number of workers gives the same bytes', async () => {
  writeFileSync(join(folder, 'shared.ts'), 'export const shared = { calls: 0 }\n')
  const counting = `import { shared } from './shared.ts'
let calls = 0
export default { name: 'counting', depends: 'anything', score: (_: number, node: number) => (calls++ * 7 + shared.calls++ * 3 + node * 5) % 11 }
`
  // Plain JavaScript goes another way through the loaders.
  writeFileSync(join(folder, 'shared.mjs'), 'export const shared = { calls: 0 }\n')
  const files = [
    file('counting.ts', counting),
    file('counting.mjs', counting.replace('shared.ts', 'shared.mjs').replaceAll(': number', '').replace("'counting'", "'plain'")),
  ]
  const results = async (workers: number): Promise<string> => {
    const { finished, failed } = await executed(`scheduling: [${files.join(', ')}]`, { replications: 4, workers })
    expect(failed).toEqual([])
    return canonical(finished)
  }
  expect(await results(4)).toBe(await results(1))
})

describe('a file that is loaded', () => {
  const loaded = async (text: string, name = 'loaded.ts'): Promise<string> => {
    writeFileSync(join(folder, name), text)
    const result = await loadFile(join(folder, name))
    return 'wrong' in result ? result.wrong : 'loaded'
  }

  it.each([
    ['process.exit(0)', 'loaded.ts calls process.exit (loaded.ts:2:9)'],
    ['export const a = Math.random()', 'loaded.ts calls Math.random (loaded.ts:2:23)'],
    ["setTimeout(() => { throw new Error('late') }, 0)", 'loaded.ts calls setTimeout (loaded.ts:2:1)'],
    ["throw new Error('no')", 'no (loaded.ts:2:7)'],
  ])('%s', async (line, expected) => {
    expect(await loaded(`type Unused = string\n${line}\nexport default { name: 'x', score: () => 0 }\n`)).toContain(
      `found a file that fails when it is loaded: ${expected}`,
    )
  })

  it('an endless loop ends after the limit', async () => {
    process.env['ORCHSIM_CALL_LIMIT'] = '3'
    try {
      expect(await loaded('for (;;);\nexport default {}\n', 'endless.mjs')).toContain('it does not return within 3 s')
    } finally {
      delete process.env['ORCHSIM_CALL_LIMIT']
    }
  })

  it('reads of the clock that a loader makes are no fault', async () => {
    expect(await loaded("export default { name: 'x', score: () => 0 }\n")).toBe('loaded')
  })
})
