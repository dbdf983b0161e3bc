import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { adoptPacker, packers } from './index.ts'
import { line } from './problem.fixture.ts'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')

test('the table of members in the README is the list', () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (faithful|simplified|inspired) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(packers.all.map(({ name, fidelity }) => `${name} ${fidelity}`))
})

test('the example in the README packs 6 5 4 7 into bins of 10 as next fit does, and is caught where it is careless', async () => {
  const [, source] = /```ts\n([\s\S]*?)```/.exec(readme)!
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
  const adopted = adoptPacker(((await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as { default: unknown }).default)
  if ('problems' in adopted) throw new Error(adopted.problems.join('; '))
  const packer = adopted.definition.create({}, { now: () => 0 })!
  // 6 | 5 4 | 7: the 4 would fit beside the 6, but next fit does not look back.
  expect([...packer.pack(line([6, 5, 4, 7], 10)).bin]).toEqual([0, 1, 1, 2])
  expect(() => packer.pack(line([11], 10))).toThrow('the packer newest-bin gave no packing: new bin 0 (type-0) has 10 of resource 0, its pods ask for 11')
})
