/** `orchsim manifests FILE…`: the workloads that manifests describe, what is wrong with them, and what is not simulated. */
import { manifestFiles, readManifests, type ManifestProblem, type ManifestsRead } from '../../workloads/index.ts'
import { problemsText } from '../file/document.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { manifestsText } from './manifests-text.ts'
import { warningLine } from './plan-file.ts'

/** Options of `manifests`. */
export interface ManifestsOptions {
  readonly json?: boolean
}

/** Prints the workloads of the files; exit code 2 when a manifest has an error. */
export function manifestsCommand(names: readonly string[], { json }: ManifestsOptions, { out, err }: Screens): ExitCode {
  const { files, missing } = manifestFiles(names)
  for (const name of missing)
    err.write(
      `orchsim manifests: found no file ${JSON.stringify(name)}; accepted: files, folders, patterns such as shop/*.yaml, or - for the standard input\n`,
    )
  if (missing.length > 0) return EXIT.wrong
  const read = readManifests(files)
  out.write(
    json === true ? `${JSON.stringify({ version: 1, ...read.manifests, problems: read.problems })}\n` : manifestsText(read.manifests),
  )
  for (const warning of severe(read, 'warning')) err.write(warningLine(lineOf(warning)))
  const errors = severe(read, 'error')
  if (errors.length === 0) return EXIT.done
  err.write(`${errors.map(lineOf).join('\n')}\n`)
  return EXIT.wrong
}

const severe = ({ problems }: ManifestsRead, severity: ManifestProblem['severity']): ManifestProblem[] =>
  problems.filter((problem) => problem.severity === severity)

const lineOf = ({ place, object, path, message }: ManifestProblem): string =>
  problemsText([{ place, path: [object, path].filter((part) => part !== '').join(' '), message }])
