/**
 * The command line. Only this file's own imports are loaded at the start; what a command needs comes when it runs, so that `--help`
 * is quick. Exit codes: 0 done, 1 a run failed, 2 the call or a file is wrong, 3 an assertion
 * of the experiment is broken, 4 a regression was found, 130 interrupted.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { ChartOptions } from './chart-command.ts'
import type { CompareOptions } from './compare-command.ts'
import { version } from '../file/package.ts'

export const EXIT = { done: 0, failed: 1, wrong: 2, broken: 3, regressed: 4, interrupted: 130 } as const

/** Where a command writes; tests bring their own. */
export interface Screens {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean }
}

function wholeAbove(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`accepted: a whole number of at least ${least}.`)
    return value
  }
}

const collect = (text: string, before: readonly string[]): string[] => [...before, text]

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[], screens: Screens, interrupts: AbortSignal): Promise<number> {
  let code: number = EXIT.done
  const program = new Command('orchsim')
    .description('Simulates container orchestration: scheduling, binpacking, autoscaling and server load balancing in one seeded run.')
    .version(version(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void screens.out.write(text), writeErr: (text) => void screens.err.write(text) })
    .showHelpAfterError('(--help lists what is accepted)')

  program
    .command('run')
    .description('run an experiment, print the comparison and write its results')
    .argument('<file>', 'experiment file (YAML)')
    .addOption(new Option('--out <folder>', 'folder of the results (default: results/<name of the experiment>)'))
    .addOption(new Option('--jobs <n>', 'worker threads (default: what the machine has)').argParser(wholeAbove(1)).env('ORCHSIM_JOBS'))
    .option('--seed <seed>', 'replaces the seed of the file')
    .addOption(new Option('--replications <n>', 'replaces the replications of the file').argParser(wholeAbove(1)))
    .option('--set <path=value>', 'replaces a value of the file; may be given several times', collect, [])
    .option('--json', 'print a summary as JSON instead of the comparison')
    .option('--quiet', 'no progress, no comparison')
    .option('--parquet', 'write the tables as Parquet too (needs the package hyparquet-writer)')
    .option('--fresh', 'make every run anew, also those that an interrupted call had finished')
    .option('--watch', 'run again whenever the file or an own algorithm of it changes')
    .option('--check', 'check the conservation laws after every event; slower')
    .action(async (file: string, options: RunOptions) => {
      if (options.watch === true) {
        const { watchCommand } = await import('./watch-command.ts')
        code = await watchCommand(file, args, screens, interrupts)
        return
      }
      const { runCommand } = await import('./run-command.ts')
      code = await runCommand(file, options, screens, interrupts)
    })

  program
    .command('plan')
    .description('print the resolved runs of an experiment with their reasons and their estimated cost, without running them')
    .argument('<file>', 'experiment file (YAML)')
    .option('--seed <seed>', 'replaces the seed of the file')
    .addOption(new Option('--replications <n>', 'replaces the replications of the file').argParser(wholeAbove(1)))
    .option('--set <path=value>', 'replaces a value of the file; may be given several times', collect, [])
    .addOption(new Option('--jobs <n>', 'worker threads that the estimate of time counts on').argParser(wholeAbove(1)).env('ORCHSIM_JOBS'))
    .option('--json', 'print the whole plan as JSON')
    .action(async (file: string, options: PlanOptions) => {
      const { planCommand } = await import('./plan-command.ts')
      code = await planCommand(file, options, screens)
    })

  program
    .command('validate')
    .description('check experiment files; every problem is reported at once')
    .argument('<files...>', 'experiment files (YAML)')
    .action(async (files: string[]) => {
      const { validateCommand } = await import('./plan-command.ts')
      code = await validateCommand(files, screens)
    })

  program
    .command('init')
    .description('write a first experiment to change, with an algorithm of your own beside it')
    .argument('[folder]', 'where to', '.')
    .option('--template <name>', 'loop, scheduling, binpacking, autoscaling or slb', 'loop')
    .action(async (folder: string, options: { readonly template: string }) => {
      const { initCommand } = await import('./init-command.ts')
      code = initCommand(folder, options, screens)
    })

  program
    .command('trace')
    .description('print what a trace holds: rows, span, rate, gaps, durations, sizes; without a trace: those that are brought, and formats')
    .argument('[trace]', 'file, or name of a trace that orchsim brings')
    .option('--format <name>', 'format of the file (default: the one that its first line shows)')
    .option('--from <duration>', 'look at the part from this time of the trace on')
    .option('--until <duration>', 'look at the part before this time of the trace')
    .option('--out <folder>', 'write a chart there as vega-lite, SVG and PNG')
    .option('--json', 'print everything as JSON')
    .action(async (trace: string | undefined, options: TraceOptions) => {
      const { traceCommand } = await import('./trace-command.ts')
      code = await traceCommand(trace, options, screens)
    })

  program
    .command('doctor')
    .description('check that this machine can run experiments and gives the numbers that others get')
    .action(async () => {
      const { doctorCommand } = await import('./doctor-command.ts')
      code = await doctorCommand(screens)
    })

  program
    .command('compare')
    .description('compare the results of two folders; ends with 4 when something got worse beyond the margin')
    .argument('<before>', 'folder of results, or its runs.csv')
    .argument('<after>', 'the same, after a change')
    .option('--metric <id>', 'what may fail the comparison, several times if wanted (default: the primary metric)', collect, [])
    .option('--margin <share>', 'smaller relative changes count as equal (default: as the experiment says)')
    .option('--points <number>', 'the same for shares, in percentage points')
    .option('--all', 'show every metric, not only those that may fail')
    .option('--markdown', 'print a comment for a pull request')
    .option('--json', 'print the comparison as JSON')
    .action(async (before: string, after: string, options: CompareOptions) => {
      const { compareCommand } = await import('./compare-command.ts')
      code = compareCommand(before, after, options, screens)
    })

  program
    .command('chart')
    .description('draw a chart of some results again, or one of your own (vega-lite) over their tables; without a name, list them')
    .argument('<results>', 'folder of results')
    .argument('[name]', 'a chart that is there')
    .option('--spec <file>', 'vega-lite specification; its data are named runs, summary, timeseries or effects')
    .option('--out <file>', 'file ending in .svg, .png or .json (default: svg and png beside the other charts)')
    .action(async (results: string, name: string | undefined, options: ChartOptions) => {
      const { chartCommand } = await import('./chart-command.ts')
      code = await chartCommand(results, name, options, screens)
    })

  program
    .command('list')
    .description('list algorithms with their parameters, and metrics')
    .argument('[family]', 'scheduling, scheduling.order, binpacking, slb, replicas, sizes, nodes or metrics')
    .argument('[name]', 'one algorithm or metric of it')
    .action(async (family: string | undefined, member: string | undefined) => {
      const { listText } = await import('./list.ts')
      const listed = listText(family, member)
      if ('wrong' in listed) {
        screens.err.write(`orchsim list: ${listed.wrong}\n`)
        code = EXIT.wrong
      } else screens.out.write(listed.text)
    })

  program
    .command('schema')
    .description('print the JSON Schema of experiment files, for editors')
    .action(async () => {
      const { schemaText } = await import('../file/json-schema.ts')
      screens.out.write(schemaText())
    })

  program
    .command('completion')
    .description('print a script that completes commands and options on Tab')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => {
      const { completionFor } = await import('./completion-command.ts')
      code = completionFor(shell, program, screens)
    })

  try {
    if (args.length === 0) {
      program.outputHelp({ error: true })
      return EXIT.wrong
    }
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrong
    screens.err.write(`orchsim: ${error instanceof Error ? error.message : String(error)}\n`)
    if (process.env['ORCHSIM_DEBUG'] !== undefined && error instanceof Error) screens.err.write(`${error.stack}\n`)
    else screens.err.write('this is a fault of orchsim or of the machine; ORCHSIM_DEBUG=1 shows where\n')
    return EXIT.failed
  }
}

export interface PlanOptions {
  readonly seed?: string
  readonly replications?: number
  readonly set: readonly string[]
  readonly json?: boolean
  readonly jobs?: number
}

export interface RunOptions extends PlanOptions {
  readonly out?: string
  readonly quiet?: boolean
  readonly check?: boolean
  readonly watch?: boolean
  readonly fresh?: boolean
  readonly parquet?: boolean
}

export interface TraceOptions {
  readonly format?: string
  readonly from?: string
  readonly until?: string
  readonly out?: string
  readonly json?: boolean
}

/** Interrupts that come this close are one [ms]. */
const SAME_PRESS = 500

/** Called by the executable: the process' own screens, Ctrl-C once to stop and twice to leave at once. */
export async function start(): Promise<void> {
  const interrupts = new AbortController()
  let first = 0
  process.on('SIGINT', () => {
    // Under npm and npx one Ctrl-C arrives twice, from the terminal and from npm; a second one is meant only when it comes later.
    if (interrupts.signal.aborted && performance.now() - first > SAME_PRESS) process.exit(EXIT.interrupted)
    if (!interrupts.signal.aborted) first = performance.now()
    interrupts.abort()
  })
  // A reader that leaves early (`orchsim list | head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.done)
  })
  process.exitCode = await main(process.argv.slice(2), { out: process.stdout, err: process.stderr }, interrupts.signal)
}
