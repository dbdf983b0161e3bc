/** `orchsim completion SHELL`: brings together the commands and the words that they take. */
import type { Command } from 'commander'
import { suggestion } from '../../sim/common/suggestion.ts'
import { EXIT, type Screens } from './cli.ts'
import { completionScript, SHELLS, type Shell } from './completion.ts'
import { templates } from './init-command.ts'
import { listed } from './list.ts'

export function completionFor(shell: string, program: Command, screens: Screens): number {
  if (!(SHELLS as readonly string[]).includes(shell)) {
    screens.err.write(`orchsim completion: found the shell "${shell}"; accepted: ${SHELLS.join(', ')}${suggestion(shell, SHELLS)}\n`)
    return EXIT.wrong
  }
  const words = { list: listed(), completion: SHELLS, '--template': templates() }
  screens.out.write(completionScript(shell as Shell, program, words))
  return EXIT.done
}
