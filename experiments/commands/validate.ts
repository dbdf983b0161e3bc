/** `orchsim validate FILE…`: every problem of every file at once. */
import { problemsText, type Problem } from '../file/document.ts'
import { readExperiment } from '../file/spec.ts'
import type { Screens } from './command.ts'
import { warningLine } from './plan-file.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Prints the number of runs of each valid file, and the problems of the others together. */
export async function validateCommand(files: readonly string[], _options: unknown, { out, err }: Screens): Promise<ExitCode> {
  const problems: Problem[] = []
  for (const file of files) {
    const resolved = await readExperiment(file)
    if ('problems' in resolved) problems.push(...resolved.problems)
    else {
      const { variants, replications, warnings } = resolved.experiment
      out.write(`${file}: valid, ${variants.length * replications.count} runs\n`)
      for (const warning of warnings) err.write(warningLine(warning))
    }
  }
  if (problems.length === 0) return EXIT.done
  err.write(`${problemsText(problems)}\n`)
  return EXIT.wrong
}
