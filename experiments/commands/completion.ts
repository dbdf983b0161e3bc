/** `orchsim completion SHELL`: a script for the shell, with the commands, their options and the values that they accept. */
import { suggestion } from '../../sim/index.ts'
import type { CommandContext } from './command.ts'
import { completionScript, SHELLS, type Shell } from './completion-script.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { templates } from './init.ts'
import { listArguments } from './list.ts'

/** Prints the script of a shell. */
export function completionCommand(shell: string, _options: unknown, { program, out, err }: CommandContext): ExitCode {
  if (!(SHELLS as readonly string[]).includes(shell)) {
    err.write(`orchsim completion: found the shell "${shell}"; accepted: ${SHELLS.join(', ')}${suggestion(shell, SHELLS)}\n`)
    return EXIT.wrong
  }
  const values = { list: listArguments(), completion: SHELLS, '--template': templates() }
  out.write(completionScript(shell as Shell, program, values))
  return EXIT.done
}
