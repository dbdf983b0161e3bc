import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { METRICS } from '../../sim/index.ts'
import { charts, onDemand } from './charts.fixture.ts'
import { main } from './cli.ts'
import { FAMILY_PATHS, familyOf } from '../file/families.ts'
import { schemaText } from '../file/json-schema.ts'
import { version } from '../file/package.ts'

/** Charts after the first two are empty. */
vi.mock(import('../../reports/charts/render.ts'), async (original) => onDemand(await original()))

const folder = mkdtempSync(join(tmpdir(), 'orchsim-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const root = fileURLToPath(new URL('../..', import.meta.url))
const file = join(folder, 'small.yaml')

const YAML = `name: small
question: Does it run?
replications: 2
horizon: 4m
warmup: 1m
cluster: { pools: [{ name: general, count: 3, cpu: 4, memory: 8Gi }] }
workload:
  services:
    - { name: web, replicas: 4, cpu: 500m, memory: 1Gi, objective: 100ms, traffic: { rate: 20/s }, work: { cpu: 4ms } }
compare:
  scheduling: [best-fit, { file: ./snug.ts, memoryWeight: 2 }]
`

beforeAll(() => {
  writeFileSync(file, YAML)
  cpSync(join(root, 'experiments', 'snug.ts'), join(folder, 'snug.ts'))
})

interface Called {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function call(...args: string[]): Promise<Called> {
  let out = ''
  let err = ''
  const code = await main(
    args,
    { out: { write: (text) => void (out += text) }, err: { write: (text) => void (err += text) } },
    new AbortController().signal,
  )
  return { code, out, err }
}

describe('invalid calls end with 2, a remedy, and no stack', () => {
  it.each([
    ['nothing', [], 'Usage: orchsim'],
    ['an unknown command', ['rnu'], 'Did you mean run?'],
    ['an unknown option', ['run', 'x.yaml', '--job', '3'], 'Did you mean --jobs?'],
    ['no file', ['run'], "missing required argument 'file'"],
    ['jobs that are no number', ['run', 'x.yaml', '--jobs', 'many'], 'accepted: a whole number of at least 1'],
    ['no jobs', ['run', 'x.yaml', '--jobs', '0'], 'accepted: a whole number of at least 1'],
    ['negative replications', ['plan', 'x.yaml', '--replications', '-3'], 'accepted: a whole number of at least 1'],
    ['a missing file', ['run', 'none.yaml'], 'none.yaml:1:1  found no such file; accepted: a YAML file'],
    ['an unknown member', ['list', 'slb', 'two-choice'], 'found the balancer "two-choice"; accepted: round-robin, '],
    ['an unknown metric', ['list', 'metrics', 'costs'], '(did you mean cost?)'],
    [
      'an unknown family',
      ['list', 'schedulin'],
      'found the family "schedulin"; accepted: scheduling, scheduling.order, binpacking, slb, autoscaling.replicas, autoscaling.sizes, autoscaling.nodes, metrics (did you mean scheduling?)',
    ],
    ['a wrong value', ['plan', file, '--set', 'horizon=5x'], `--set horizon=5x:1:9  horizon  found "5x"; accepted: a duration`],
  ])('%s', async (_, args, expected) => {
    const { code, out, err } = await call(...args)
    expect(err).toContain(expected)
    expect(err).not.toMatch(/\n\s+at /)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
})

describe('calls that print', () => {
  it('--help and --version', async () => {
    expect(await call('--version')).toEqual({ code: 0, out: `${version()}\n`, err: '' })
    expect((await call('--help')).out).toContain('run an experiment')
    expect((await call('run', '--help')).out).toContain('--replications')
  })

  it('validate: valid files, and the problems of all others together', async () => {
    expect(await call('validate', file)).toEqual({ code: 0, out: `${file}: valid, 4 runs\n`, err: '' })
    const { code, out, err } = await call('validate', folder, file, join(folder, 'none.yaml'))
    expect({ code, out, lines: err.split('\n').length }).toEqual({ code: 2, out: `${file}: valid, 4 runs\n`, lines: 3 })
  })

  it('plan', async () => {
    const { code, out } = await call('plan', file, '--replications', '1', '--seed', 'lucky', '--jobs', '2')
    expect(code).toBe(0)
    expect(
      out
        .split('\n')
        .slice(0, 12)
        .map((line) => line.replace(/^[0-9a-f]{12}/, 'id')),
    ).toEqual([
      'small: 2 variants of 1 replications, 2 runs, seed lucky, primary metric slo-misses',
      '  axis scheduling: best-fit, snug',
      '  replications: one: no intervals, and verdicts stay inconclusive',
      '  cost: about 38.4 k events, about 1s on 2 threads, without retries and contention',
      '',
      'variant  requests      pods    events  choices',
      '      1    4.80 k         0    19.2 k  best-fit (the baseline, as the first value of each axis)',
      '      2    4.80 k         0    19.2 k  snug (differs from the baseline in scheduling)',
      '',
      'run           variant  replication  choices',
      'id        1            1  best-fit',
      'id        2            1  snug',
    ])
    expect((JSON.parse((await call('plan', file, '--json')).out) as { runs: unknown[] }).runs).toHaveLength(4)
  })

  it('list: every member with its summary, source and parameters, and every metric', async () => {
    const { out } = await call('list')
    for (const path of FAMILY_PATHS) {
      for (const { name, summary, source, parameters } of familyOf(path).all) {
        expect(out).toContain(`  ${name}`)
        expect(out).toContain(summary)
        expect(out).toContain(source)
        for (const key of Object.keys(parameters)) expect(out).toContain(`    ${key}: `)
      }
    }
    for (const { id, definition } of METRICS)
      expect(
        out.split('\n').some((line) => line.startsWith(`  ${id} `) && line.endsWith(definition)),
        id,
      ).toBe(true)
    const one = (await call('list', 'slb', 'two-choices')).out
    expect(one).toContain('  two-choices\n')
    expect(one).not.toContain('round-robin')
    expect((await call('list', 'metrics', 'cost')).out.trim().split('\n')).toHaveLength(3)
    expect((await call('list', 'autoscaling')).out.match(/^autoscaling\.\w+/gm)).toEqual([
      'autoscaling.replicas',
      'autoscaling.sizes',
      'autoscaling.nodes',
    ])
    expect((await call('list', 'replicas')).out).toContain('target: share between 1% and 1000%, default 70%.')
  })

  it('schema: the committed copy is up to date', async () => {
    expect((await call('schema')).out).toBe(schemaText())
    expect(readFileSync(join(root, 'experiments', 'experiment.schema.json'), 'utf8'), 'run `npm run schema`').toBe(schemaText())
  })

  it('schema: keys without a default are required, and every key has a description', () => {
    const schema = JSON.parse(schemaText()) as { required: string[]; properties: Record<string, { description?: string }> }
    expect(schema.required).toEqual(['name', 'cluster'])
    expect(
      Object.entries(schema.properties)
        .filter(([, { description }]) => description === undefined)
        .map(([key]) => key),
    ).toEqual([])
  })
})

describe('run', () => {
  it('writes all results and prints the comparison; no temporary files remain', async () => {
    const out = join(folder, 'out')
    const { code, out: text, err } = await call('run', file, '--out', out, '--jobs', '2')
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/4 of 4 runs · .* events\/s · \d+s in total\n$/) })
    expect(text).toContain('best-fit')
    expect(text.trimEnd().endsWith(`results: ${out}`)).toBe(true)
    const names = readdirSync(out, { recursive: true }).map(String)
    for (const name of ['runs.csv', 'summary.csv', 'timeseries.csv', 'manifest.json', 'report.html', 'charts'])
      expect(names).toContain(name)
    expect(names.filter((name) => name.includes('part'))).toEqual([])
    expect(readFileSync(join(out, 'manifest.json'), 'utf8')).not.toContain(folder)
  })

  it('--json prints one document, and one worker gives the same files as two', async () => {
    const [two, one] = [join(folder, 'out'), join(folder, 'one')]
    const { code, out, err } = await call('run', file, '--out', one, '--jobs', '1', '--json', '--quiet')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({ results: one, name: 'small' })
    for (const name of ['runs.csv', 'summary.csv', 'timeseries.csv', 'report.html'])
      expect(readFileSync(join(one, name)).equals(readFileSync(join(two, name)))).toBe(true)
    charts.drawn = false
  })

  it('Parquet files of an earlier study are removed', async () => {
    const out = join(folder, 'columns')
    const parquet = (): string[] =>
      readdirSync(out)
        .filter((name) => name.endsWith('.parquet'))
        .sort()
    expect((await call('run', file, '--out', out, '--quiet', '--parquet', '--replications', '1')).code).toBe(0)
    expect(parquet()).toEqual(['effects.parquet', 'runs.parquet', 'summary.parquet', 'timeseries.parquet'])
    expect((await call('run', file, '--out', out, '--quiet', '--replications', '1')).code).toBe(0)
    expect(parquet()).toEqual([])
  })

  it('a folder that cannot be written is refused before anything runs', async () => {
    writeFileSync(join(folder, 'taken'), '')
    for (const out of [join(folder, 'taken'), join(folder, 'taken', 'below')]) {
      const { code, err } = await call('run', file, '--out', out)
      expect(code).toBe(2)
      expect(err).toMatch(
        /^orchsim run: found ".*taken.*", where results cannot be written \(E\w+\); accepted: --out with a folder that can be written\n$/,
      )
    }
  })

  it('ends with 1 when a run fails, and writes the others', async () => {
    writeFileSync(join(folder, 'bad.ts'), 'export default { name: "bad", score(): number { throw new Error("dice lost") } }\n')
    writeFileSync(join(folder, 'failing.yaml'), YAML.replace('./snug.ts, memoryWeight: 2', './bad.ts'))
    const out = join(folder, 'failing')
    const { code, err } = await call('run', join(folder, 'failing.yaml'), '--out', out, '--quiet')
    expect(code).toBe(1)
    expect(err).toMatch(
      /^run [0-9a-f]{12} failed \(bad, replication 1\): bad: dice lost \(bad.ts:1:55\)\nrun [0-9a-f]{12} failed \(bad, replication 2\): bad: dice lost \(bad.ts:1:55\)\n2 of 4 runs are finished and readable in /,
    )
    expect(err).not.toMatch(/\n\s+at /)
    expect(readFileSync(join(out, 'runs.csv'), 'utf8').trimEnd().split('\n').length).toBeGreaterThanOrEqual(3)
  })
})

describe('an earlier study', () => {
  it('stays as it is when all runs of a call fail', async () => {
    const out = join(folder, 'all-failed')
    const one = ['--set', 'compare={}', '--replications', '1', '--out', out, '--quiet']
    expect((await call('run', file, ...one)).code).toBe(0)
    const before = readdirSync(out).map((name) => [name, name === 'charts' ? '' : readFileSync(join(out, name), 'utf8')])
    writeFileSync(join(folder, 'worse.ts'), 'export default { name: "worse", score(): number { throw new Error("dice lost") } }\n')
    const { code, err } = await call('run', file, ...one, '--set', 'scheduling={ file: ./worse.ts }')
    expect(code).toBe(1)
    expect(err).toContain(`all runs failed: nothing is written to ${out}`)
    expect(readdirSync(out).map((name) => [name, name === 'charts' ? '' : readFileSync(join(out, name), 'utf8')])).toEqual(before)
  })

  // /dev/full answers each write with ENOSPC, as a full disk does.
  it.skipIf(process.platform !== 'linux')('a full disk: the file is named, the comparison is printed, the runs are kept', async () => {
    const out = join(folder, 'full')
    mkdirSync(out)
    symlinkSync('/dev/full', join(out, `summary.csv.${process.pid}.partial`))
    const { code, out: printed, err } = await call('run', file, '--replications', '2', '--out', out)
    expect(code).toBe(1)
    expect(printed).toContain('snug')
    expect(printed).toMatch(/latency-p99|latency/)
    expect(err).toContain(`${join(out, 'summary.csv')} cannot be written: no space is left on the disk (ENOSPC)`)
    const again = await call('run', file, '--replications', '2', '--out', out)
    expect(again.code).toBe(0)
    expect(again.err).toContain('4 from an earlier call')
  })
})

describe('run with assertions', () => {
  it('ends with 3 when an assertion fails, and prints it even when quiet', async () => {
    const guarded = join(folder, 'guarded.yaml')
    writeFileSync(
      guarded,
      `${YAML}assert: [{ metric: latency-mean, below: 1000 }, { metric: latency-mean, below: 0.001, where: { scheduling: snug } }]\n`,
    )
    const { code, out, err } = await call('run', guarded, '--out', join(folder, 'guarded'), '--quiet')
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(/^assert: latency-mean of snug: .* ms \(.*\), required: below 0.001 ms: fails\n$/)
    const kept = await call(
      'run',
      guarded,
      '--out',
      join(folder, 'guarded'),
      '--set',
      'assert=[{ metric: latency-mean, below: 1000 }]',
      '--json',
    )
    expect(kept.code).toBe(0)
    expect((JSON.parse(kept.out) as { assertions: unknown[] }).assertions).toHaveLength(2)
  })
})

describe('--set with a list', () => {
  const axes = async (...sets: string[]): Promise<string[]> =>
    (await call('plan', file, ...sets.flatMap((set) => ['--set', set]))).out.split('\n').filter((line) => line.startsWith('  axis '))

  it('is an axis where the file accepts one value, and replaces the own axis of the file', async () => {
    expect(await axes('slb=[random, two-choices]')).toEqual(['  axis scheduling: best-fit, snug', '  axis slb: random, two-choices'])
    expect(await axes('scheduling=[random, first-fit]', 'workload.services.web.replicas=[4, 8]')).toEqual([
      '  axis scheduling: random, first-fit',
      '  axis workload.services.web.replicas: replicas 4, replicas 8',
    ])
  })

  it('is the value where the file accepts a list', async () => {
    expect(await axes('cluster.pools.general.zones=[a, b]')).toEqual(['  axis scheduling: best-fit, snug'])
  })

  it('names wrong values of the list', async () => {
    const { code, err } = await call('plan', file, '--set', 'workload.services.web.replicas=[1, x]')
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining('--set workload.services.web.replicas=[1, x]:1:32  workload.services.web.replicas  found "x"'),
    })
  })
})

describe('the executable', () => {
  const bin = join(root, 'bin', 'orchsim.js')

  it('runs from the clone', () => {
    const { status, stdout } = spawnSync(process.execPath, [bin, '--version'], { cwd: folder, encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${version()}\n` })
  })

  it('Ctrl-C before a run is finished leaves an earlier study unchanged', async () => {
    writeFileSync(
      join(folder, 'stuck.ts'),
      "import { writeFileSync } from 'node:fs'\nexport default { name: 'stuck', score(): number { writeFileSync(new URL('stuck.txt', import.meta.url), ''); for (;;); } }\n",
    )
    writeFileSync(join(folder, 'stuck.yaml'), YAML.replace('[best-fit, { file: ./snug.ts, memoryWeight: 2 }]', '[{ file: ./stuck.ts }]'))
    const out = join(folder, 'earlier')
    mkdirSync(out)
    writeFileSync(join(out, 'manifest.json'), 'of before')
    const child = spawn(process.execPath, [bin, 'run', join(folder, 'stuck.yaml'), '--out', out, '--jobs', '1'], { cwd: folder })
    let err = ''
    child.stderr.on('data', (data: Buffer) => void (err += data.toString()))
    const watch = setInterval(() => {
      if (!existsSync(join(folder, 'stuck.txt'))) return
      clearInterval(watch)
      child.kill('SIGINT')
    }, 50)
    expect(await new Promise((done) => child.on('exit', done))).toBe(130)
    expect(err).toContain(`interrupted before a run was finished: nothing is written to ${out}`)
    expect(readdirSync(out)).toEqual(['manifest.json'])
    expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe('of before')
  })

  it('Ctrl-C leaves finished runs readable, prints a message, and ends with 130; the same call then continues', async () => {
    // The user's scheduler never returns: without an interrupt this would run forever. It reports when it is called; once both of
    // its runs have, the two runs before them are finished.
    const reached = join(folder, 'reached')
    writeFileSync(
      join(folder, 'endless.ts'),
      `import { appendFileSync } from 'node:fs'
export default { name: 'endless', score(): number { appendFileSync(${JSON.stringify(reached)}, 'x'); for (;;); } }
`,
    )
    writeFileSync(join(folder, 'endless.yaml'), YAML.replace('./snug.ts, memoryWeight: 2', './endless.ts'))
    const out = join(folder, 'endless')
    const child = spawn(process.execPath, [bin, 'run', join(folder, 'endless.yaml'), '--out', out, '--jobs', '2'], { cwd: folder })
    let err = ''
    child.stderr.on('data', (data: Buffer) => void (err += data.toString()))
    const watch = setInterval(() => {
      if (!existsSync(reached) || readFileSync(reached, 'utf8').length < 2) return
      clearInterval(watch)
      child.kill('SIGINT')
    }, 50)
    const code = await new Promise((done) => child.on('exit', done))
    expect(err).toContain(`interrupted: 2 of 4 runs are finished and readable in ${out}`)
    expect(code).toBe(130)
    expect(existsSync(join(out, 'summary.csv'))).toBe(true)
    expect(
      (JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { runs: { state: string }[] }).runs.map(({ state }) => state),
    ).toEqual(['finished', 'finished', 'not run', 'not run'])

    // The same experiment once more, the endless scheduler in the way again: the two finished runs are taken as they are.
    const again = spawn(process.execPath, [bin, 'run', join(folder, 'endless.yaml'), '--out', out, '--jobs', '2'], { cwd: folder })
    let errors = ''
    again.stderr.on('data', (data: Buffer) => void (errors += data.toString()))
    const timer = setInterval(() => {
      if (readFileSync(reached, 'utf8').length < 4) return
      clearInterval(timer)
      again.kill('SIGINT')
    }, 50)
    expect(await new Promise((done) => again.on('exit', done))).toBe(130)
    expect(errors).toContain('2 of 4 runs are finished')
    expect(readFileSync(reached, 'utf8')).toHaveLength(4) // the first variant was not run again: only the endless two were reached
  })
})
