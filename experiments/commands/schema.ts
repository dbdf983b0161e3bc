/** `orchsim schema`: the JSON Schema of experiment files. */
import { schemaText } from '../file/json-schema.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Prints the schema. */
export function schemaCommand(_options: unknown, { out }: Screens): ExitCode {
  out.write(schemaText())
  return EXIT.done
}
