/** `orchsim explain rollout FILE`: the steps of a rollout, and at each of them why it goes no further. */
import { plainText } from '../../reports/index.ts'
import { explainRollout, showDuration, type RolloutStep } from '../../sim/index.ts'
import { problemsText } from '../file/document.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { readRollout } from './rollout-file.ts'

/** Prints a line per step, or with `json` an object per step. */
export function explainRolloutCommand(file: string, json: boolean, { out, err }: Screens): ExitCode {
  const read = readRollout(file)
  if ('problems' in read) {
    err.write(`${problemsText(read.problems)}\n`)
    return EXIT.wrong
  }
  const steps = explainRollout(read.input)
  if (json) for (const step of steps) out.write(`${JSON.stringify(recordOf(step))}\n`)
  else out.write(textOf(steps))
  return EXIT.done
}

/** As `--json` prints it: times in seconds. */
const recordOf = ({ at, ...step }: RolloutStep): object => ({ time: at / 1e6, ...step })

/** A table: time, a column per version with what is wanted and what is ready, all ready pods, and why it waits. */
function textOf(steps: readonly RolloutStep[]): string {
  const versions = steps[0]?.versions.map(({ version }) => version) ?? []
  const head = ['time', ...versions, 'ready', 'state']
  const rows = steps.map(({ at, actions, sizes, versions: counts, ready, complete, waitsFor }) => [
    showDuration(at),
    ...counts.map(
      ({ replicas, ready: up, terminating }) => `${replicas} (${up} ready${terminating > 0 ? `, ${terminating} stopping` : ''})`,
    ),
    String(ready),
    [
      ...actions.map((action) => `action: ${action}`),
      ...(sizes.length === 0 ? [] : [`sets ${sizes.map(({ version, from, to }) => `${version} ${from} to ${to}`).join(', ')}`]),
      complete ? 'complete' : waitsFor,
    ]
      .filter((part) => part !== '')
      .join('; '),
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)))
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i]))).join('  ')
  return plainTextLines([line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)])
}

const plainTextLines = (lines: readonly string[]): string => lines.map((one) => `${plainText(one)}\n`).join('')
