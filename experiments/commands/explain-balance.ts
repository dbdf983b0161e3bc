/** `orchsim explain balance FILE`: the server that a balancer picks for each request of a script, and the state that led to it. */
import { basename } from 'node:path'
import { plainText } from '../../reports/index.ts'
import { showDuration } from '../../sim/index.ts'
import { problemsText } from '../file/document.ts'
import { firstLine } from '../file/load.ts'
import { playScript, type Pick, type ServerState } from './balance-run.ts'
import { readBalanceScript, type BalanceScript } from './balance-script.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Servers whose state a line of text shows. */
const SHOWN = 8

/** Prints the picks in order, as text or one JSON value per line. */
export async function explainBalance(file: string, asJson: boolean, { out, err }: Screens): Promise<ExitCode> {
  const read = await readBalanceScript(file)
  if ('problems' in read) {
    err.write(`${problemsText(read.problems)}\n`)
    return EXIT.wrong
  }
  const { script } = read
  let picks: Pick[]
  try {
    picks = playScript(script)
  } catch (error) {
    // What an own balancer throws or returns is the user's problem.
    if (script.selection.file === undefined) throw error
    err.write(`orchsim explain balance: ${firstLine(error)}\n`)
    return EXIT.wrong
  }
  if (asJson) {
    const { selection, seed, servers } = script
    const head = {
      version: 1,
      script: basename(script.file),
      balancer: selection.name,
      parameters: selection.values,
      seed,
      servers,
      picks: picks.length,
    }
    out.write(`${[head, ...picks].map((line) => JSON.stringify(line)).join('\n')}\n`)
  } else out.write(`${plainText(headLine(script))}\n${textOf(picks)}`)
  return EXIT.done
}

function headLine({ selection, definition, seed, servers }: BalanceScript): string {
  const values = Object.entries(selection.values).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
  const options = values.length === 0 ? '' : ` (${values.join(', ')})`
  return `${selection.name}${options}, seed ${seed}, ${servers.length} server${servers.length === 1 ? '' : 's'}: ${definition.summary}`
}

/** A line per pick: time, request, server; then the servers before it, the picked one marked. */
function textOf(picks: readonly Pick[]): string {
  const rows = picks.map((pick) => [showDuration(pick.at), requestText(pick), pick.server ?? pick.answer])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column].length)))
  return picks
    .map((pick, i) => {
      const [time, request, server] = rows[i]
      const cells = [time.padStart(widths[0]), request.padEnd(widths[1]), server.padEnd(widths[2])]
      return `${plainText(`${cells.join('  ')}  ${statesText(pick)}`)}\n`
    })
    .join('')
}

const requestText = ({ request, client, avoids }: Pick): string =>
  `${request}${client === null ? '' : ` of client ${client}`}${avoids === null ? '' : `, not ${avoids}`}`

function statesText({ servers, server }: Pick): string {
  const all = Object.entries(servers)
  const shown = all.slice(0, SHOWN).map(([name, state]) => `${name}${name === server ? '*' : ''} ${stateText(state)}`)
  return `${shown.join('; ')}${all.length > SHOWN ? `; and ${all.length - SHOWN} more` : ''}`
}

function stateText({ up, inFlight, held }: ServerState): string {
  if (!up) return 'down'
  return [String(inFlight), ...Object.entries(held).map(([key, value]) => `${key} ${Math.round(value * 1e6) / 1e6}`)].join(', ')
}
