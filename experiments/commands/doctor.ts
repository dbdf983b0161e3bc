/**
 * `orchsim doctor`: checks that this machine can run experiments and computes the same numbers as others. Each check performs the
 * operation that it is named after; the message of a failed check says what to do.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { version } from '../file/package.ts'
import { short } from '../run/progress.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** One check of the machine. */
export interface Check {
  readonly name: string
  /** Returns what was found. Throws an Error whose message says what is wrong and what to do. */
  look(): Promise<string> | string
}

const MIN_NODE = [20, 19] as const
/** Free memory below which a run of thousands of nodes may fail [bytes]. */
const MIN_FREE_MEMORY = 512 * 1024 * 1024

/** All checks, the quick ones first. */
export function checks(): Check[] {
  return [
    { name: 'node', look: () => nodeVersion(process.versions.node) },
    { name: 'machine', look: () => machine(availableParallelism(), freemem()) },
    { name: 'folder', look: () => writable(process.cwd()) },
    { name: 'arithmetic', look: arithmetic },
    { name: 'simulation', look: simulation },
    { name: 'own algorithms', look: ownAlgorithm },
    { name: 'pictures', look: picture },
  ]
}

/** Runs the checks and prints a line for each. */
export async function doctorCommand(_options: unknown, screens: Screens, all: readonly Check[] = checks()): Promise<ExitCode> {
  screens.out.write(`orchsim ${version()}\n`)
  let failed = 0
  const width = Math.max(...all.map(({ name }) => name.length))
  for (const { name, look } of all) {
    let line: string
    try {
      line = `ok    ${name.padEnd(width)}  ${await look()}`
    } catch (error) {
      failed++
      line = `wrong ${name.padEnd(width)}  ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`
    }
    screens.out.write(`${line}\n`)
  }
  screens.out.write(failed === 0 ? 'all checks passed\n' : `${failed} of ${all.length} checks failed\n`)
  return failed === 0 ? EXIT.done : EXIT.failed
}

/** Throws an Error when the version of Node is not supported. */
export function nodeVersion(found: string): string {
  const [major, minor] = found.split('.').map(Number)
  if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1]))
    throw new Error(`Node ${found} is too old; install ${MIN_NODE.join('.')} or newer`)
  return `Node ${found}, V8 ${process.versions.v8}, ${process.platform}-${process.arch}`
}

/** Throws an Error when little memory is free. */
export function machine(processors: number, free: number): string {
  if (free < MIN_FREE_MEMORY)
    throw new Error(
      `only ${Math.round(free / 2 ** 20)} MiB of memory are free; large clusters need more, a run of 10,000 nodes about 250 MiB`,
    )
  return `${processors} worker thread${processors === 1 ? '' : 's'} by default, ${(free / 2 ** 30).toFixed(1)} GiB of memory free`
}

/** Throws an Error when files cannot be written to a folder. */
export function writable(folder: string): string {
  const probe = mkdtempSync(join(folder, '.orchsim-doctor-'))
  rmSync(probe, { recursive: true })
  return 'results can be written here'
}

/**
 * Digest of the bits of the functions that the engine uses beyond + - * /, over many arguments. Measured equal on Node 20.20, 22.23
 * and 24.21; with another digest the last digits of results may differ from published ones.
 */
const ARITHMETIC = 'f09d8010'

/** Throws an Error when the digest of the engine's functions is another one. */
export async function arithmetic(): Promise<string> {
  const { normalQuantile, pow } = await import('../../sim/random/index.ts')
  const values = new Float64Array(6 * 4000)
  for (let i = 0; i < 4000; i++) {
    const x = (i + 0.5) / 4000
    values.set([Math.log(x), Math.exp(x * 20 - 10), Math.sin(x * 100), Math.cos(x * 100), normalQuantile(x), pow(x * 50, x * 7 - 3)], 6 * i)
  }
  const digest = createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 8)
  if (digest !== ARITHMETIC)
    throw new Error(
      `log, exp, sin or cos differ on this machine from Node 20, 22 and 24 (digest ${digest}, expected ${ARITHMETIC}): the last digits of results may differ from published ones`,
    )
  return `log, exp, sin, cos, quantiles and powers have the expected bits (${digest})`
}

/** Simulates a queue whose mean latency is known, on a worker thread as in a run. */
async function simulation(): Promise<string> {
  const { threads } = await import('../run/execute.ts')
  const { planOf } = await import('../plan/plan.ts')
  const { parseSource } = await import('../file/document.ts')
  const { resolveSource } = await import('../file/spec.ts')
  const read = parseSource('doctor.yaml', QUEUE)
  const resolved = 'problems' in read ? read : await resolveSource(read.source)
  if ('problems' in resolved) throw new Error(`the built-in experiment is refused: ${resolved.problems[0]?.message ?? ''}`)
  const plan = planOf(resolved.experiment, version())
  const executor = threads(1)
  try {
    const { result, seconds } = await executor.run(
      { scenario: plan.variants[0].scenario, seed: 1, replication: 0 },
      new AbortController().signal,
    )
    const mean = result.metrics['latency-mean'] ?? NaN
    if (!(Math.abs(mean - MEAN) < 0.05 * MEAN))
      throw new Error(`an M/M/1 queue has a mean latency of ${mean} ms on this machine, ${MEAN} ms in theory: please report this`)
    return `an M/M/1 queue at half load: ${mean.toFixed(2)} ms, theory ${MEAN} ms; ${short(result.events / seconds)} events/s on one thread`
  } finally {
    await executor.close()
  }
}

/** Mean latency at 50 arrivals/s and a service time of 10 ms on one thread: 10 / (1 - 0.5) = 20 [ms]. */
const MEAN = 20
const QUEUE = `name: doctor
horizon: 40m
warmup: 1m
cluster: { pools: [{ name: one, count: 1, cpu: 4, memory: 8Gi }] }
workload:
  services:
    - { name: queue, cpu: 1, limit: 1, memory: 1Gi, threads: 1, queue: unlimited, networkDelay: 0, traffic: { rate: 50/s }, work: { cpu: { exponential: { mean: 10ms } } } }
`

async function ownAlgorithm(): Promise<string> {
  const { loadFile } = await import('../file/load.ts')
  const folder = mkdtempSync(join(tmpdir(), 'orchsim-doctor-'))
  try {
    const file = join(folder, 'own.ts')
    writeFileSync(file, "const own: { name: string } = { name: 'own' }\nexport default own\n")
    const loaded = await loadFile(file)
    if ('wrong' in loaded) throw new Error(`a TypeScript algorithm cannot be loaded: ${loaded.wrong}`)
    return 'TypeScript files load without a build'
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function picture(): Promise<string> {
  const { renderPng } = await import('../../reports/index.ts')
  const png = await renderPng('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="2" y="15">p99</text></svg>')
  if (png.length < 100) throw new Error('the picture is empty: reinstall, so that @resvg/resvg-js finds its binary for this platform')
  return 'SVG and PNG are drawn without a browser'
}
