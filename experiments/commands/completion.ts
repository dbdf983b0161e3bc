/**
 * `orchsim completion`: what the shell offers on Tab, made from the commands themselves, so that it cannot fall behind them. The words
 * are written into the script: asking the program at each Tab would cost its start-up.
 */
import type { Command, Option } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

interface Completed {
  readonly name: string
  readonly description: string
  readonly options: readonly Option[]
  /** Words for the first argument; empty: files. */
  readonly words: readonly string[]
}

/** `words` gives the accepted first arguments of the commands that take words, and the values of options that do. */
export function completionScript(shell: Shell, program: Command, words: Readonly<Record<string, readonly string[]>>): string {
  const commands = program.commands.map((command): Completed => ({
    name: command.name(),
    description: command.description(),
    options: command.options,
    words: words[command.name()] ?? [],
  }))
  switch (shell) {
    case 'bash':
      return bash(commands, words)
    case 'zsh':
      return `#compdef orchsim\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands, words)}`
    case 'fish':
      return fish(commands, words)
  }
}

const flags = ({ long, short }: Option): string[] => [short, long].filter((flag) => flag !== undefined)

function bash(commands: readonly Completed[], words: Readonly<Record<string, readonly string[]>>): string {
  const all = commands.flatMap(({ options }) => options)
  const valued = [...new Set(all.flatMap((option) => flags(option).filter((flag) => words[flag] !== undefined)))]
  return `# orchsim completion: add  source <(orchsim completion bash)  to ~/.bashrc
_orchsim() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$word"))
    return
  fi
  case "$before" in
${valued.map((flag) => `    ${flag}) COMPREPLY=($(compgen -W "${words[flag].join(' ')}" -- "$word")); return ;;`).join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${commands
  .map(
    ({ name, options, words: own }) => `    ${name})
      case "$word" in
        -*) COMPREPLY=($(compgen -W "${[...options.flatMap(flags), '--help'].join(' ')}" -- "$word")) ;;
        *) COMPREPLY=(${own.length > 0 ? `$(compgen -W "${own.join(' ')}" -- "$word")` : '$(compgen -f -- "$word")'}) ;;
      esac ;;`,
  )
  .join('\n')}
  esac
}
complete -o filenames -F _orchsim orchsim
`
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function fish(commands: readonly Completed[], words: Readonly<Record<string, readonly string[]>>): string {
  const lines = ['# orchsim completion: orchsim completion fish > ~/.config/fish/completions/orchsim.fish']
  for (const { name, description, options, words: own } of commands) {
    const here = quoted(`__fish_seen_subcommand_from ${name}`)
    lines.push(`complete -c orchsim -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`)
    if (own.length > 0) lines.push(`complete -c orchsim -n ${here} -f -a ${quoted(own.join(' '))}`)
    for (const option of options) {
      const [long] = flags(option).filter((flag) => flag.startsWith('--'))
      const value = words[long] === undefined ? (option.required ? ' -r' : '') : ` -x -a ${quoted(words[long].join(' '))}`
      lines.push(`complete -c orchsim -n ${here} -l ${long.slice(2)}${value} -d ${quoted(option.description)}`)
    }
  }
  return `${lines.join('\n')}\n`
}
