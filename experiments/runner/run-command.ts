/** `orchsim run`: plan, run, write, print. Finished runs are written whatever happens to the others. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { EXIT, type RunOptions, type Screens } from './cli.ts'
import { execute, threads, type Execution, type Executor } from './execute.ts'
import { writeWhole } from './files.ts'
import { manifestOf } from './manifest.ts'
import { version } from './package.ts'
import { planFile } from './plan-command.ts'
import { oneWave } from './plan.ts'
import { Progress } from './progress.ts'

/** `executor` is injected by tests. */
export async function runCommand(file: string, options: RunOptions, screens: Screens, interrupts: AbortSignal, executor?: Executor): Promise<number> {
  const started = new Date()
  const begin = performance.now()
  const plan = await planFile(file, { ...options, set: [...options.set, ...(options.check === true ? ['check=true'] : [])] }, screens)
  if (plan === undefined) return EXIT.wrong
  const jobs = Math.min(options.jobs ?? availableParallelism(), plan.runs.length)
  const quiet = options.quiet === true
  const progress = quiet ? undefined : new Progress(screens.err)
  const workers = executor ?? threads(jobs)
  let execution: Execution
  try {
    execution = await execute(plan, oneWave(plan), workers, interrupts, progress)
  } finally {
    progress?.close()
    await workers.close()
  }

  for (const { run, message, stack } of execution.failed) {
    screens.err.write(`run ${run.id.slice(0, 12)} failed (${plan.variants[run.variant].label}, replication ${run.replication + 1}): ${message}\n`)
    if (process.env['ORCHSIM_DEBUG'] !== undefined) screens.err.write(`${stack}\n`)
  }
  const folder = options.out ?? join('results', plan.name)
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
  const seconds = (performance.now() - begin) / 1000
  const manifest = manifestOf(plan, execution, { version: version(), file: relative(process.cwd(), file), digest, jobs, started, seconds })
  writeWhole(join(folder, 'manifest.json'), manifest)
  const done = execution.finished.length
  if (execution.interrupted) screens.err.write(`interrupted: ${done} of ${plan.runs.length} runs are finished and readable in ${folder}\n`)
  if (execution.interrupted) return EXIT.interrupted
  return execution.failed.length > 0 ? EXIT.failed : EXIT.done
}
