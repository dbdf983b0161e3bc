/** `orchsim completion SHELL`: a script for the shell, with the commands, their options and the values that they accept. */
import { suggestion } from '../../sim/index.ts'
import type { CommandContext } from './command.ts'
import { completionScript, SHELLS, type Shell } from './completion-script.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { templates } from './init.ts'
import { DECISIONS } from './explanation.ts'
import { listArguments, namesOf } from './list.ts'
import { engines } from './shard-script.ts'

/** Prints the script of a shell. */
export function completionCommand(shell: string, _options: unknown, { program, out, err }: CommandContext): ExitCode {
  if (!(SHELLS as readonly string[]).includes(shell)) {
    err.write(`orchsim completion: found the shell "${shell}"; accepted: ${SHELLS.join(', ')}${suggestion(shell, SHELLS)}\n`)
    return EXIT.wrong
  }
  const values = {
    list: listArguments(),
    ...Object.fromEntries(listArguments().map((family) => [`list ${family}`, namesOf(family)])),
    explain: DECISIONS,
    'shard-script': engines(),
    completion: SHELLS,
    '--template': templates(),
  }
  out.write(completionScript(shell as Shell, program, values))
  return EXIT.done
}
