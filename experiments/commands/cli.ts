/** The command line: a commander program built from the list of commands. */
import { Command, CommanderError } from 'commander'
import { version } from '../file/package.ts'
import type { CommandContext, CommandDescriptor, Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { commands } from './index.ts'

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[], screens: Screens, interrupts: AbortSignal): Promise<ExitCode> {
  let code: ExitCode = EXIT.done
  const program = emptyProgram(screens)
  const context: CommandContext = { ...screens, interrupts, args, program }
  for (const descriptor of commands) add(program, descriptor, context, (ended) => (code = ended))
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true })
      return EXIT.wrong
    }
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrong
    screens.err.write(`orchsim: ${(error instanceof Error ? error.message : String(error)).replace(CONTROL, ' ')}\n`)
    if (process.env['ORCHSIM_DEBUG'] !== undefined && error instanceof Error) screens.err.write(`${error.stack}\n`)
    else screens.err.write('this is a fault of orchsim or of the machine; set ORCHSIM_DEBUG=1 for a stack trace\n')
    return EXIT.failed
  }
}

function emptyProgram(screens: Screens): Command {
  return new Command('orchsim')
    .description('Simulates container orchestration: scheduling, binpacking, autoscaling and server load balancing in one seeded run.')
    .version(version(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void screens.out.write(text), writeErr: (text) => void screens.err.write(text) })
    .showHelpAfterError('(--help lists what is accepted)')
}

function add(program: Command, descriptor: CommandDescriptor, context: CommandContext, end: (code: ExitCode) => void): void {
  const command = program.command(descriptor.name).description(descriptor.description)
  for (const argument of descriptor.arguments) command.addArgument(argument)
  for (const option of descriptor.options) command.addOption(option)
  // commander passes the arguments, the options and the command itself.
  command.action(async (...given: unknown[]) => {
    const inputs = given.slice(0, -1)
    const action = await descriptor.load(command.opts())
    end(await action(...([...inputs, context] as never[])))
  })
}

/** Control characters but line ends: a message may contain names of files. Reports, which have `plainText`, are not loaded here. */
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]+/g

/** Interrupts within this time count as one [ms]. */
const SAME_PRESS = 500

/** Entry point of the executable: the standard streams of the process; Ctrl-C once to stop, twice to exit at once; SIGTERM, as batch systems send it before they kill, to stop. */
export async function start(): Promise<void> {
  const interrupts = new AbortController()
  let first = 0
  process.on('SIGINT', () => {
    // Under npm and npx one Ctrl-C arrives twice, from the terminal and from npm; only a later one is a second press.
    if (interrupts.signal.aborted && performance.now() - first > SAME_PRESS) process.exit(EXIT.interrupted)
    if (!interrupts.signal.aborted) first = performance.now()
    interrupts.abort()
  })
  process.on('SIGTERM', () => interrupts.abort())
  // A reader that closes the pipe early (`orchsim list | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.done)
  })
  process.exitCode = await main(process.argv.slice(2), { out: process.stdout, err: process.stderr }, interrupts.signal)
}
