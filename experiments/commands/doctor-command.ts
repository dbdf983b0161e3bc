/**
 * `orchsim doctor`: can this machine run experiments, and does it give the numbers that others get? Each check does the thing it speaks
 * of; a failed one says what to do.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, type Screens } from './cli.ts'
import { version } from '../file/package.ts'
import { short } from '../run/progress.ts'

export interface Check {
  readonly name: string
  /** What was found; throws an Error whose message says what is wrong and what to do. */
  look(): Promise<string> | string
}

const LEAST_NODE = [20, 19] as const
/** Below this much free memory a run of thousands of nodes is at risk [bytes]. */
const LITTLE_MEMORY = 512 * 1024 * 1024

/** All checks, the cheap ones first. */
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

export async function doctorCommand(screens: Screens, all: readonly Check[] = checks()): Promise<number> {
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
  screens.out.write(failed === 0 ? 'all is well\n' : `${failed} of ${all.length} checks failed\n`)
  return failed === 0 ? EXIT.done : EXIT.failed
}

export function nodeVersion(found: string): string {
  const [major, minor] = found.split('.').map(Number)
  if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]))
    throw new Error(`Node ${found} is too old; install ${LEAST_NODE.join('.')} or newer`)
  return `Node ${found}, V8 ${process.versions.v8}, ${process.platform}-${process.arch}`
}

export function machine(processors: number, free: number): string {
  if (free < LITTLE_MEMORY)
    throw new Error(
      `only ${Math.round(free / 2 ** 20)} MiB of memory are free; large clusters need more, a run of 10,000 nodes about 250 MiB`,
    )
  return `${processors} worker thread${processors === 1 ? '' : 's'} by default, ${(free / 2 ** 30).toFixed(1)} GiB of memory free`
}

export function writable(folder: string): string {
  const probe = mkdtempSync(join(folder, '.orchsim-doctor-'))
  rmSync(probe, { recursive: true })
  return 'results can be written here'
}

/**
 * The functions that the engine uses beyond + - * /, over many arguments, as one digest of their bits. Measured equal on Node 20.20, 22.23
 * and 24.21; another digest means that this machine's numbers may differ from published ones in their last digits.
 */
const ARITHMETIC = 'f09d8010'

export async function arithmetic(): Promise<string> {
  const { normalQuantile, pow } = await import('../../sim/random/math.ts')
  const values = new Float64Array(6 * 4000)
  for (let i = 0; i < 4000; i++) {
    const x = (i + 0.5) / 4000
    values.set([Math.log(x), Math.exp(x * 20 - 10), Math.sin(x * 100), Math.cos(x * 100), normalQuantile(x), pow(x * 50, x * 7 - 3)], 6 * i)
  }
  const digest = createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 8)
  if (digest !== ARITHMETIC)
    throw new Error(
      `log, exp, sin or cos differ here from Node 20, 22 and 24 (digest ${digest}, expected ${ARITHMETIC}): last digits may differ from published results`,
    )
  return `log, exp, sin, cos, quantiles and powers have the expected bits (${digest})`
}

/** A queue whose mean wait is known: through a worker thread, as runs go. */
async function simulation(): Promise<string> {
  const { threads } = await import('../run/execute.ts')
  const { planOf } = await import('../plan/plan.ts')
  const { parseSource } = await import('../file/document.ts')
  const { resolveSource } = await import('../file/spec.ts')
  const read = parseSource('doctor.yaml', QUEUE)
  const resolved = 'problems' in read ? read : await resolveSource(read.source)
  if ('problems' in resolved) throw new Error(`the built-in experiment is not understood: ${resolved.problems[0]?.message ?? ''}`)
  const plan = planOf(resolved.experiment, version())
  const executor = threads(1)
  try {
    const { result, seconds } = await executor.run(
      { scenario: plan.variants[0].scenario, seed: 1, replication: 0 },
      new AbortController().signal,
    )
    const mean = result.metrics['latency-mean'] ?? NaN
    if (!(Math.abs(mean - MEAN) < 0.05 * MEAN))
      throw new Error(`an M/M/1 queue has a mean latency of ${mean} ms here, theory says ${MEAN} ms: please report this`)
    return `an M/M/1 queue at half load: ${mean.toFixed(2)} ms, theory ${MEAN} ms; ${short(result.events / seconds)} events/s on one thread`
  } finally {
    await executor.close()
  }
}

/** Arrivals 50/s, service 10 ms on one thread: 10 / (1 - 0.5) = 20 ms. */
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
  if (png.length < 100) throw new Error('a picture came out empty: reinstall, so that @resvg/resvg-js finds its part for this platform')
  return 'SVG and PNG are drawn without a browser'
}
