/**
 * npm run bench [-- --short] [-- --only queue,requests] [-- --save]
 * Runs each suite in a process of its own, so that suites do not influence how each other's code is compiled. Prints a table with the
 * twin (reference implementation) on the same row and the change against bench/baseline.json, and writes all rows to results/bench/rows.json, and to
 * results/bench/benchmark-action.json as GitHub's benchmark action reads them. --save makes this run the baseline of its kind (short
 * runs measure smaller scales).
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { actionRows } from './benchmark-action.ts'
import { table, thisRun } from './compare.ts'
import type { Baselines } from './compare.ts'
import type { BenchRow } from './harness.ts'

type Suite = (options: { short: boolean }) => Promise<BenchRow[]>

/** In the order in which they run. */
const SUITES: Readonly<Record<string, () => Promise<{ suite: Suite }>>> = {
  queue: () => import('./queue.ts'),
  placement: () => import('./placement.ts'),
  requests: () => import('./requests.ts'),
  'whole-run': () => import('./whole-run.ts'),
  flows: () => import('./flows.ts'),
  orchestration: () => import('./orchestration.ts'),
  products: () => import('./products.ts'),
}

const BOOT = fileURLToPath(new URL('./boot.mjs', import.meta.url))
const BASELINES = new URL('./baseline.json', import.meta.url)
const RESULTS = new URL('../results/bench/', import.meta.url)
const rowsOf = (suite: string): URL => new URL(`${suite}.json`, RESULTS)

const values = optionsOf()

/** The options of the call; another one ends it with a sentence. */
function optionsOf() {
  try {
    return parseArgs({
      options: {
        short: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        only: { type: 'string' },
        /** Given to the process of a single suite. */
        suite: { type: 'string' },
      },
    }).values
  } catch (error) {
    console.error(`bench: ${(error as Error).message.split('. ')[0]}; accepted: --short, --save, --only ${Object.keys(SUITES).join(',')}`)
    process.exit(2)
  }
}

function readJson<T>(file: URL, otherwise: T): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return otherwise
  }
}

const writeJson = (file: URL, value: unknown): void => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)

/** Rows of one suite, run in a process of its own whose output goes to stderr. */
function rowsFromProcess(name: string): BenchRow[] {
  console.error(`bench: ${name}`)
  const { status } = spawnSync(process.execPath, [BOOT, '--suite', name, ...(values.short ? ['--short'] : [])], { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`bench suite ${name} ended with status ${status}`)
  return readJson<BenchRow[]>(rowsOf(name), [])
}

function runAll(): number {
  const names = values.only?.split(',') ?? Object.keys(SUITES)
  const unknown = names.filter((name) => !(name in SUITES))
  if (unknown.length > 0) {
    console.error(`--only: ${unknown.join(', ')}; accepted: ${Object.keys(SUITES).join(', ')}`)
    return 2
  }
  const kind = values.short ? 'short' : 'full'
  const baselines = readJson<Baselines>(BASELINES, {})
  const run = thisRun(names.flatMap(rowsFromProcess))
  console.log(table(run, baselines[kind], values.short))
  writeJson(new URL('rows.json', RESULTS), run)
  writeJson(new URL('benchmark-action.json', RESULTS), actionRows(run))
  if (values.save) {
    // With --only, the rows of the other suites stay.
    const others = baselines[kind]?.rows.filter(({ name }) => !run.rows.some((row) => row.name === name)) ?? []
    writeJson(BASELINES, { ...baselines, [kind]: { ...run, rows: [...run.rows, ...others] } })
  }
  return 0
}

mkdirSync(RESULTS, { recursive: true })
if (values.suite === undefined) process.exitCode = runAll()
else writeJson(rowsOf(values.suite), await (await SUITES[values.suite]()).suite({ short: values.short }))
