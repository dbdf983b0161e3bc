/**
 * npm run bench [-- --short] [-- --only queue,requests] [-- --save]
 * Runs the suites, prints a table with the naive twin on the same row and the change against bench/baseline.json, and writes all
 * rows to results/bench/rows.json. --save makes this run the baseline.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { table, thisRun } from './compare.ts'
import type { Baseline } from './compare.ts'
import type { BenchRow } from './harness.ts'

type Suite = (options: { short: boolean }) => Promise<BenchRow[]>

/** In the order in which they run. Loaded one by one, so that one suite's code does not shape how another's is compiled. */
const SUITES: Readonly<Record<string, () => Promise<{ suite: Suite }>>> = {
  queue: () => import('./queue.ts'),
  requests: () => import('./requests.ts'),
  'whole-run': () => import('./whole-run.ts'),
}

const BASELINE = new URL('./baseline.json', import.meta.url)
const RESULTS = new URL('../results/bench/', import.meta.url)

function storedBaseline(): Baseline | undefined {
  try {
    return JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline
  } catch {
    return undefined
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { short: { type: 'boolean', default: false }, save: { type: 'boolean', default: false }, only: { type: 'string' } } })
  const names = values.only?.split(',') ?? Object.keys(SUITES)
  const unknown = names.filter((name) => !(name in SUITES))
  if (unknown.length > 0) {
    console.error(`--only: ${unknown.join(', ')}; accepted: ${Object.keys(SUITES).join(', ')}`)
    return 2
  }
  const rows: BenchRow[] = []
  for (const name of names) {
    console.error(`bench: ${name}`)
    const { suite } = await SUITES[name]()
    rows.push(...(await suite({ short: values.short })))
  }
  const run = thisRun(rows, values.short)
  console.log(table(run, storedBaseline()))
  const text = `${JSON.stringify(run, null, 2)}\n`
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(new URL('rows.json', RESULTS), text)
  if (values.save) writeFileSync(BASELINE, text)
  return 0
}

process.exitCode = await main()
