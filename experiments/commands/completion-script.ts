/**
 * Completion scripts for shells, generated from the commands, so that they are always up to date. Accepted values are written into the
 * script, since running orchsim at each Tab would cost its start-up time.
 */
import type { Command, Option } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

interface Completed {
  readonly name: string
  readonly description: string
  readonly options: readonly Option[]
  /** Accepted values of the first argument; empty: files. */
  readonly values: readonly string[]
  /** Accepted values of the second argument by the first one; absent: files. */
  readonly second: Readonly<Record<string, readonly string[]>>
}

/**
 * `values` has the accepted first arguments by command, the accepted second ones by command and first argument (`list slb`), and the accepted
 * values by option.
 */
export function completionScript(shell: Shell, program: Command, values: Readonly<Record<string, readonly string[]>>): string {
  const commands = program.commands.map((command): Completed => ({
    name: command.name(),
    description: command.description(),
    options: command.options,
    values: values[command.name()] ?? [],
    second: Object.fromEntries(
      (values[command.name()] ?? []).flatMap((first) => {
        const second = values[`${command.name()} ${first}`]
        return second === undefined ? [] : [[first, second] as const]
      }),
    ),
  }))
  switch (shell) {
    case 'bash':
      return bash(commands, values)
    case 'zsh':
      return `#compdef orchsim\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands, values)}`
    case 'fish':
      return fish(commands, values)
  }
}

const flags = ({ long, short }: Option): string[] => [short, long].filter((flag) => flag !== undefined)

function bash(commands: readonly Completed[], values: Readonly<Record<string, readonly string[]>>): string {
  const all = commands.flatMap(({ options }) => options)
  const valued = [...new Set(all.flatMap((option) => flags(option).filter((flag) => values[flag] !== undefined)))]
  return `# orchsim completion: add  source <(orchsim completion bash)  to ~/.bashrc
_orchsim() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$word"))
    return
  fi
  case "$before" in
${valued.map((flag) => `    ${flag}) COMPREPLY=($(compgen -W "${values[flag].join(' ')}" -- "$word")); return ;;`).join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${commands.map(commandCase).join('\n')}
  esac
}
complete -o filenames -F _orchsim orchsim
`
}

const words = (all: readonly string[]): string => `$(compgen -W "${all.join(' ')}" -- "$word")`
const FILES = '$(compgen -f -- "$word")'

/** What bash offers after a command: its options, its first argument, and after that its second one. */
function commandCase({ name, options, values: own, second }: Completed): string {
  const flagged = `        -*) COMPREPLY=(${words([...options.flatMap(flags), '--help'])}) ;;`
  if (own.length === 0) return `    ${name})\n      case "$word" in\n${flagged}\n        *) COMPREPLY=(${FILES}) ;;\n      esac ;;`
  const after = own.map((first) => `          *" ${first} "*) COMPREPLY=(${second[first] === undefined ? FILES : words(second[first])}) ;;`)
  return `    ${name})
      case "$word" in
${flagged}
        *) case " \${COMP_WORDS[*]:2:COMP_CWORD-2} " in
${after.join('\n')}
          *) COMPREPLY=(${words(own)}) ;;
        esac ;;
      esac ;;`
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function fish(commands: readonly Completed[], values: Readonly<Record<string, readonly string[]>>): string {
  const lines = ['# orchsim completion: orchsim completion fish > ~/.config/fish/completions/orchsim.fish']
  for (const { name, description, options, values: own, second } of commands) {
    const here = quoted(`__fish_seen_subcommand_from ${name}`)
    lines.push(`complete -c orchsim -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`)
    if (own.length > 0) {
      const first = quoted(`__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${own.join(' ')}`)
      lines.push(`complete -c orchsim -n ${first} -f -a ${quoted(own.join(' '))}`)
    }
    for (const [first, accepted] of Object.entries(second)) {
      const chosen = quoted(`__fish_seen_subcommand_from ${name}; and __fish_seen_subcommand_from ${first}`)
      lines.push(`complete -c orchsim -n ${chosen} -f -a ${quoted(accepted.join(' '))}`)
    }
    for (const option of options) {
      const [long] = flags(option).filter((flag) => flag.startsWith('--'))
      const value = values[long] === undefined ? (option.required ? ' -r' : '') : ` -x -a ${quoted(values[long].join(' '))}`
      lines.push(`complete -c orchsim -n ${here} -l ${long.slice(2)}${value} -d ${quoted(option.description)}`)
    }
  }
  return `${lines.join('\n')}\n`
}
