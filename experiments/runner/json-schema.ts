/** `orchsim schema`: the experiment file as JSON Schema draft 7, which every editor's YAML support understands. */
import { jsonOf } from './quantities.ts'
import { fileSchema } from './schema.ts'

export function schemaText(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'orchsim experiment',
    ...jsonOf(fileSchema(new Map())),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
