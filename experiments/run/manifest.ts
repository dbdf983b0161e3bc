/** manifest.json: the resolved variants and runs, with versions and wall times. No other file of the results contains times or facts about the machine. */
import { isAbsolute, relative } from 'node:path'
import type { Execution } from './execute.ts'
import type { Plan } from '../plan/plan.ts'

/** Facts about the call that the plan does not contain. */
export interface Facts {
  readonly version: string
  readonly file: string
  /** Absolute folder of that file; written paths are relative to it. */
  readonly folder: string
  readonly digest: string
  readonly jobs: number
  readonly started: Date
  /** Wall time of the whole experiment [s]. */
  readonly seconds: number
}

/** The manifest as text. */
export function manifestOf(plan: Plan, execution: Execution, facts: Facts): string {
  const state = new Map(execution.finished.map(({ run }) => [run.id, 'finished']))
  for (const { run } of execution.failed) state.set(run.id, 'failed')
  const message = new Map(execution.failed.map(({ run, message: text }) => [run.id, text]))
  const manifest = {
    schema: 1,
    experiment: { name: plan.name, question: plan.question, file: facts.file, digest: facts.digest },
    versions: {
      orchsim: facts.version,
      node: process.versions.node,
      v8: process.versions.v8,
      platform: `${process.platform}-${process.arch}`,
    },
    times: { started: facts.started.toISOString(), seconds: rounded(facts.seconds), jobs: facts.jobs },
    interrupted: execution.interrupted,
    seed: plan.seed,
    replications: plan.replications,
    until: plan.until,
    primary: plan.primary,
    margins: plan.margins,
    axes: plan.axes,
    variants: plan.variants.map((variant) => portable(variant, facts.folder)),
    runs: execution.asked.map((run) => ({
      ...run,
      state: state.get(run.id) ?? 'not run',
      ...(message.has(run.id) ? { message: message.get(run.id) } : {}),
      ...(execution.seconds.has(run.id) ? { seconds: rounded(execution.seconds.get(run.id)!) } : {}),
    })),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Absolute paths made relative to the experiment's folder, so that all machines write the same. */
function portable(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => portable(inner, folder))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'string' && isAbsolute(inner) ? relative(folder, inner) : portable(inner, folder),
    ]),
  )
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000
