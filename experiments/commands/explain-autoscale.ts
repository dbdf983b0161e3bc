/** `orchsim explain autoscale FILE`: each decision of an autoscaler, with the numbers between what it saw and what it decided. */
import { basename } from 'node:path'
import { plainText } from '../../reports/index.ts'
import { showDuration } from '../../sim/index.ts'
import { problemsText } from '../file/document.ts'
import { readAutoscaleScript } from './autoscale-file.ts'
import { playAutoscaler, type AutoscaleDecision } from './autoscale-run.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Prints a line per decision, or with `json` an object per decision after one about the file. */
export function explainAutoscale(file: string, json: boolean, { out, err }: Screens): ExitCode {
  const read = readAutoscaleScript(file)
  if ('problems' in read) {
    err.write(`${problemsText(read.problems)}\n`)
    return EXIT.wrong
  }
  const decisions = playAutoscaler(read.script)
  const { kind } = read.script.manifest
  if (json) {
    const head = { version: 1, script: basename(file), kind, decisions: decisions.length }
    const lines = decisions.map(({ at, before, after, why }) => ({ time: at / 1e6, before, after, ...why }))
    for (const line of [head, ...lines]) out.write(`${JSON.stringify(line)}\n`)
  } else for (const decision of decisions) out.write(`${plainText(lineOf(decision))}\n`)
  return EXIT.done
}

const lineOf = ({ at, before, after, why }: AutoscaleDecision): string =>
  [showDuration(at), ...(before === null ? [] : [`${before} -> ${after}`]), valueText(why)].join('  ')

/** `name value` pairs; maps in parentheses, null as a dash. */
function valueText(value: unknown): string {
  if (value === null || value === '') return '-'
  if (typeof value === 'number') return String(Math.round(value * 1e4) / 1e4)
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map((one) => `(${valueText(one)})`).join(' ')
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(
      ([key, inner]) =>
        `${key} ${typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? `(${valueText(inner)})` : valueText(inner)}`,
    )
    .join(', ')
}
