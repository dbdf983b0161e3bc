/** Studies in parts: `run --shard`, `merge`, `status` and `shard-script` as a user calls them, with runs in this thread. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { simulate } from '../../sim/index.ts'
import type { Executor } from '../run/execute.ts'
import { usableProcessors } from '../run/processors.ts'
import { runTask } from '../run/run.ts'
import type { CommandContext } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { mergeCommand, statusCommand } from './merge.ts'
import { runCommand } from './run.ts'
import { shardScriptCommand, type ShardScriptOptions } from './shard-script.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-shards-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'parts.yaml')
writeFileSync(
  file,
  `name: parts
replications: 3
horizon: 20s
warmup: 5s
cluster: { pools: [{ name: a, count: 2, cpu: 4, memory: 8Gi }] }
workload:
  services:
    - { name: web, replicas: 2, cpu: 500m, memory: 1Gi, queue: unlimited, traffic: { rate: 20/s }, work: { cpu: 4ms } }
compare: { slb: [random, round-robin] }
`,
)

/** Runs tasks here; those of replication `fails` throw. */
const here = (fails = -1): Executor => ({
  run: async (task) => {
    if (task.replication === fails) throw new Error('out of luck')
    return { result: await runTask(task, simulate), seconds: 2 }
  },
  close: () => Promise.resolve(),
})

function screens() {
  const said = { out: '', err: '' }
  const screen = (key: 'out' | 'err') => ({ write: (text: string) => ((said[key] += text), true) })
  const context = { out: screen('out'), err: screen('err'), interrupts: new AbortController().signal } as unknown as CommandContext
  return { said, context }
}

async function run(out: string, options: object = {}, executor = here()) {
  const { said, context } = screens()
  const code = await runCommand(file, { set: [], quiet: true, out: join(folder, out), ...options }, context, executor)
  return { code, ...said }
}

async function merge(stores: readonly string[], out: string) {
  const { said, context } = screens()
  const code = await mergeCommand(
    file,
    stores.map((store) => join(folder, store)),
    { set: [], quiet: true, out: join(folder, out) },
    context,
  )
  return { code, ...said }
}

async function status(...stores: readonly string[]) {
  const { said, context } = screens()
  const code = await statusCommand(
    file,
    stores.map((store) => join(folder, store)),
    { set: [], json: true },
    context,
  )
  return { code, ...(JSON.parse(said.out) as object) }
}

/** Files of a results folder but for the manifest, which has times. */
function filesOf(out: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(folder, out), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    names
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => !path.endsWith('manifest.json') && !path.includes('.unfinished-'))
      .map((path) => [path.slice(join(folder, out).length), readFileSync(path, 'latin1')]),
  )
}

describe('a study in shards', () => {
  it('merged results are those of one machine, byte for byte; before that the missing runs are named', async () => {
    expect((await run('whole')).code).toBe(EXIT.done)
    expect((await run('first', { shard: { index: 1, count: 2 } })).err).toContain('shard 1 of 2: 3 of its 3 runs are stored')
    expect(await status('first')).toEqual({ code: EXIT.failed, runs: 6, stored: 3, failed: 0, missing: 3, secondsLeft: 6 })
    const early = await merge(['first'], 'merged')
    expect(early.code).toBe(EXIT.failed)
    expect(early.err).toContain('3 of 6 runs are missing, nothing is written:\n  random, replication 2\n')
    expect(filesOf('merged').size).toBe(0)

    await run('second', { shard: { index: 2, count: 2 } })
    expect(await status('first', 'second')).toMatchObject({ code: EXIT.done, stored: 6, missing: 0 })
    expect((await merge(['first', 'second'], 'merged')).code).toBe(EXIT.done)
    expect(filesOf('merged').size).toBeGreaterThan(3)
    expect(filesOf('merged')).toEqual(filesOf('whole'))
    const manifest = JSON.parse(readFileSync(join(folder, 'merged', 'manifest.json'), 'utf8')) as { runs: readonly { seconds: number }[] }
    expect(manifest.runs.map(({ seconds }) => seconds)).toEqual([2, 2, 2, 2, 2, 2])
  })

  it('another number of shards later, and the store of a shared folder, give the same', async () => {
    await run('shared', { shard: { index: 1, count: 3 } })
    for (const index of [1, 2]) await run('shared', { shard: { index, count: 2 } })
    expect((await merge(['shared'], 'shared')).code).toBe(EXIT.done)
    expect(filesOf('shared')).toEqual(filesOf('whole'))
  })

  it('replications until precise: a further wave is planned once all shards have the one before', async () => {
    const set = ['replications={ relative: 0.01%, first: 2, wave: 1, most: 4 }']
    const until = (index: number) => run('precise', { set, shard: { index, count: 2 } })
    await run('alone', { set })
    expect((await until(1)).err).toContain('the next replications are chosen when all shards have these')
    for (let round = 0; round < 4; round++) for (const index of [2, 1]) await until(index)
    const { said, context } = screens()
    expect(await mergeCommand(file, [join(folder, 'precise')], { set, quiet: true, out: join(folder, 'precise') }, context)).toBe(EXIT.done)
    expect(said.err).toBe('')
    expect(filesOf('precise')).toEqual(filesOf('alone'))
  })

  it('a failed run is stored as failed; the merge writes the others and ends with 1; a later success replaces it', async () => {
    const shard = { index: 1, count: 1 }
    expect((await run('failing', { shard }, here(1))).code).toBe(EXIT.failed)
    expect(await status('failing')).toMatchObject({ code: EXIT.done, stored: 4, failed: 2, missing: 0 })
    const merged = await merge(['failing'], 'failing')
    expect(merged.code).toBe(EXIT.failed)
    expect(merged.err).toContain('replication 2): out of luck')
    expect((await run('failing', { shard })).code).toBe(EXIT.done)
    expect((await merge(['failing'], 'failing')).code).toBe(EXIT.done)
    expect(filesOf('failing')).toEqual(filesOf('whole'))
  })

  it('a shard that cannot store a result fails', async () => {
    const blocked = join(folder, 'blocked')
    await run('blocked', { shard: { index: 1, count: 6 } })
    const [store] = readdirSync(blocked)
    rmSync(join(blocked, store), { recursive: true })
    writeFileSync(join(blocked, store), 'a file where the folder was')
    const { code, err } = await run('blocked', { shard: { index: 1, count: 6 } })
    expect(code).toBe(EXIT.failed)
    expect(err).toContain('a result cannot be stored in')
  })

  it('results of another version are not taken, and said', async () => {
    mkdirSync(join(folder, 'older', '.unfinished-0.1.0'), { recursive: true })
    const { code, err } = await merge(['older'], 'never')
    expect(code).toBe(EXIT.failed)
    expect(err).toContain('also has results of other versions, which are ignored: 0.1.0')
    expect((await merge(['nowhere'], 'never')).err).toContain('found no folder')
  })
})

describe('scripts for engines', () => {
  async function script(engine: string, options: Partial<ShardScriptOptions> = {}) {
    const { said, context } = screens()
    const code = await shardScriptCommand(engine, file, { set: ['seed=7'], cpus: 2, image: 'node:22', claim: 'study', ...options }, context)
    return { code, ...said }
  }

  it('slurm: an array whose size is a constant, and a merge that waits for it', async () => {
    const { out } = await script('slurm', { shards: 4 })
    expect(out).toContain('--array=1-4 --cpus-per-task=2')
    expect(out).toContain('--shard "$SLURM_ARRAY_TASK_ID/4"')
    expect(out).not.toContain('SLURM_ARRAY_TASK_COUNT')
    expect(out).toContain('--dependency="afterany:$job"')
    expect(out).toContain('--set seed=7')
  })

  it('kubernetes: an Indexed Job and a Job that waits and merges', async () => {
    const { out } = await script('kubernetes', { shards: 4 })
    const [shards, merging] = parseAllDocuments(out).map((document) => document.toJS() as Record<string, never>)
    const { spec } = parse(JSON.stringify(shards)) as { readonly spec: Readonly<Record<string, unknown>> }
    expect(spec).toMatchObject({ completionMode: 'Indexed', completions: 4, parallelism: 4, backoffLimitPerIndex: 3 })
    expect(JSON.stringify(shards)).toContain('$((JOB_COMPLETION_INDEX + 1))/4')
    expect(JSON.stringify(merging)).toContain('until npx orchsim status')
  })

  it('parallel: a line per shard; by default one shard per ten runs', async () => {
    expect((await script('parallel', { shards: 3 })).out).toContain('seq 1 3 | parallel')
    expect((await script('parallel')).out).toContain('seq 1 1 |')
    expect((await script('pbs')).err).toContain('found "pbs"; accepted: slurm, kubernetes, parallel')
  })
})

describe('processors', () => {
  it('what a batch system allotted, else what the control group allows', () => {
    const unlimited = (): string => 'max 100000\n'
    expect(usableProcessors({ SLURM_CPUS_PER_TASK: '3' }, unlimited)).toBe(3)
    expect(usableProcessors({}, () => '100000 100000\n')).toBe(1)
    expect(usableProcessors({}, unlimited)).toBeGreaterThanOrEqual(1)
    const none = (): string => {
      throw new Error('no control groups')
    }
    expect(usableProcessors({}, none)).toBe(usableProcessors({}, unlimited))
  })
})
