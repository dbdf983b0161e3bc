/** What a command declares and what it is called with. Only types: every command file may import this one. */
import type { Argument, Command, Option } from 'commander'
import type { ExitCode } from './exit-codes.ts'

/** Where a command writes: standard output and standard error. Tests pass their own. */
export interface Screens {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean }
}

/** What every action receives after its arguments and options. */
export interface CommandContext extends Screens {
  /** Aborted by Ctrl-C. */
  readonly interrupts: AbortSignal
  /** The command line as given, without the executable. */
  readonly args: readonly string[]
  /** All commands, for those that describe the command line itself. */
  readonly program: Command
}

/** Carries out a command: the arguments, the options, and the context, in this order. */
export type Action = (...given: never[]) => ExitCode | Promise<ExitCode>

/** One command of the command line, as `--help` describes it. */
export interface CommandDescriptor {
  readonly name: string
  readonly description: string
  readonly arguments: readonly Argument[]
  readonly options: readonly Option[]
  /** Imports the file of the command. Called only when the command runs, so that `--help` loads nothing else. */
  load(options: Readonly<Record<string, unknown>>): Promise<Action>
}
