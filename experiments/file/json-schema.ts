/** `orchsim schema`: the experiment file as JSON Schema draft 7, which every editor's YAML support understands. */
import { definitions, jsonOf } from './quantities.ts'
import { fileSchema } from './schema.ts'

export function schemaText(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'orchsim experiment',
    ...jsonOf(fileSchema(new Map())),
    definitions: Object.fromEntries([...definitions].map(([name, schema]) => [name, jsonOf(schema)])),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
