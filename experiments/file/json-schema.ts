/** The JSON Schema of experiment files, in draft 7, which the YAML support of all editors understands. */
import { definitions, jsonOf } from './quantities.ts'
import { fileSchema } from './schema.ts'

/** Written once: it takes seconds. */
let text: string | undefined

/** The schema as text. */
export function schemaText(): string {
  return (text ??= written())
}

function written(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'orchsim experiment',
    ...jsonOf(fileSchema(new Map())),
    definitions: Object.fromEntries([...definitions].map(([name, schema]) => [name, jsonOf(schema)])),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
