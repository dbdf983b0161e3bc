import { expect, it } from 'vitest'
import { readmeText, WITH_FIELDS, withFields } from './fields.fixture.ts'

it.each(WITH_FIELDS)('%s lists what an own algorithm may read, as the types have it (npm run docs)', (name) => {
  const readme = readmeText(name)
  expect(readme).toBe(withFields(readme))
})

it('the columns of nodes, pods and classes are listed with their units', () => {
  const readme = readmeText('scheduling/README.md')
  for (const row of [
    '| `nodes.freeCpu` | `Column` | ',
    '| `pods.memory` | `Column` | request [bytes] |',
    '| `classes.gpuMilli` | `Column` | ',
  ])
    expect(readme).toContain(row)
})

it('a member without a comment is refused', () => {
  const block = (type: string): string => `<!-- fields of part.ts: ${type} as part; made by npm run docs -->\n<!-- /fields -->`
  expect(() => withFields(block('Missing'))).toThrow('part.ts has no interface Missing')
  expect(withFields(block('Part'))).toContain('| `part.notes()` | `readonly string[]` | What a reader')
})
