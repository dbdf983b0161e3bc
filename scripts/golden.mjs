/**
 * Runs the published comparisons and checks each against its expected result (its own `assert:` block) and its golden rows.
 *   npm run golden                    all of them
 *   npm run golden -- slb/            those whose path contains the argument
 *   npm run golden -- --write         stores the results as golden rows; review the difference before you commit it
 * Two studies take place at a time: one computes while the other starts or writes.
 * The golden rows have the primary metric and every metric that the file asserts, rounded to the precision of their intervals.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = ['scheduling', 'binpacking', 'autoscaling', 'slb', 'orchestrators', 'loop']
const args = process.argv.slice(2)
const write = args.includes('--write')
const words = args.filter((arg) => arg !== '--write')

const published = FOLDERS.flatMap((folder) => {
  const home = join(root, 'experiments', folder)
  return existsSync(home)
    ? readdirSync(home)
        .filter((name) => name.endsWith('.yaml'))
        .sort()
        .map((name) => join(home, name))
    : []
}).filter((file) => words.length === 0 || words.some((word) => relative(root, file).includes(word)))

/** The half-width with two digits, and the mean with the same decimals. */
function rounded(mean, half) {
  if (mean === null) return { mean: null, half: null }
  if (half === null || half === 0) return { mean: Number(mean.toPrecision(6)), half }
  const digits = Math.max(0, Math.min(12, 1 - Math.floor(Math.log10(half))))
  return { mean: Number(mean.toFixed(digits)), half: Number(half.toFixed(digits)) }
}

const AT_A_TIME = 2
const run = promisify(execFile)
let wrong = 0

async function compare(file) {
  const name = relative(root, file)
  const golden = file.replace(/\.yaml$/, '.golden.json')
  const text = readFileSync(file)
  const asserted = (parse(text.toString()).assert ?? []).map(({ metric }) => metric)
  const begin = Date.now()
  let out
  try {
    const folder = join(root, 'results', 'golden', name.replaceAll(/[/.]/g, '-'))
    const args = [join(root, 'bin', 'orchsim.js'), 'run', file, '--json', '--quiet', '--no-charts', '--no-cache', '--out', folder]
    const { stdout, stderr } = await run(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
    if (stderr !== '') console.error(stderr.trimEnd())
    out = stdout
  } catch (error) {
    wrong++
    console.error(`${error.stderr ?? ''}${name}: the expected result does not hold (exit code ${error.code})`)
    return
  }
  const study = JSON.parse(out)
  const rows = study.rows
    .filter(({ metric }) => metric === study.primary || asserted.includes(metric))
    .map(({ variant, metric, unit, n, mean, interval, contrast }) => ({
      variant,
      metric,
      unit,
      n,
      ...rounded(mean, interval === null ? null : (interval[1] - interval[0]) / 2),
      ...(contrast === null || metric !== study.primary ? {} : { verdict: contrast.verdict }),
    }))
  const content = `${JSON.stringify({ experiment: createHash('sha256').update(text).digest('hex'), rows }, null, 1)}\n`
  const seconds = ((Date.now() - begin) / 1000).toFixed(1)
  if (write) {
    writeFileSync(golden, content)
    console.log(`${name}: written, ${rows.length} rows, ${seconds} s`)
  } else if (existsSync(golden) && readFileSync(golden, 'utf8') === content)
    console.log(`${name}: as published, ${rows.length} rows, ${seconds} s`)
  else {
    wrong++
    const before = existsSync(golden) ? JSON.parse(readFileSync(golden, 'utf8')).rows : []
    console.error(`${name}: ${before.length === 0 ? 'has no golden rows' : 'differs from its golden rows'}`)
    rows.forEach((row, i) => {
      if (JSON.stringify(row) !== JSON.stringify(before[i]))
        console.error(`  was ${JSON.stringify(before[i])}\n  is  ${JSON.stringify(row)}`)
    })
  }
}
const waiting = [...published]
const next = async () => {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await compare(file)
}
await Promise.all(Array.from({ length: AT_A_TIME }, next))
if (published.length === 0) console.error(`no published comparison matches ${words.join(', ')}`)
process.exitCode = wrong > 0 || published.length === 0 ? 1 : 0
