import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { adoptPacker, packers } from './index.ts'
import { createPacker } from './packers.fixture.ts'
import { newBinParameters, sizeParameters } from './round/parameters.ts'
import { line, problem } from './problem.fixture.ts'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')

test('the table of members in the README is the list', () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (faithful|simplified|inspired) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(packers.all.map(({ name, fidelity }) => `${name} ${fidelity}`))
})

test.each([
  ['size', sizeParameters.size.choices],
  ['newBins', newBinParameters.newBins.choices],
])('the table of %s in the README has the choices that are accepted', (heading, choices) => {
  const table = readme
    .slice(readme.indexOf(`| \`${heading}\``))
    .split('\n\n')[0]
    .split('\n')
    .slice(2)
    .join('\n')
  expect([...table.matchAll(/^\| `([a-z0-9-]+)`/gm)].map((row) => row[1])).toEqual(choices)
})

test('the example of types in the README: the bins and the cost of the four rules, before and after right-sizing', () => {
  const cores = [6, 1, 1].map((cpu) => ({ cpu }))
  const types = [
    [6, 9],
    [8, 10],
    [16, 18],
    [64, 100],
  ].map(([cpu, price]) => ({ cpu, price }))
  const p = problem(cores, [], types)
  const cost = (values: Record<string, string | boolean>): number =>
    createPacker('first-fit-decreasing', values)
      .pack(p)
      .opened.reduce((sum, type) => sum + types[type].price, 0)
  const paid = (rightSizing: boolean): number[] => newBinParameters.newBins.choices.map((newBins) => cost({ newBins, rightSizing }))
  expect(paid(false)).toEqual([18, 18, 10, 100])
  expect(paid(true)).toEqual([10, 18, 10, 10])
  expect(readme).toContain('the four open one of 16 (and pay 18), two of 6 (18), one of 8 (10) and one of 64 (100)')
  expect(readme).toContain('(here 10, 18, 10 and 10)')
})

test('the example in the README packs 6 5 4 7 into bins of 10 as next fit does, and its fault is reported', async () => {
  const [, source] = /```ts\n([\s\S]*?)```/.exec(readme)!
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
  const adopted = adoptPacker(((await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as { default: unknown }).default)
  if ('problems' in adopted) throw new Error(adopted.problems.join('; '))
  const packer = adopted.definition.create({}, { now: () => 0 })!
  // 6 | 5 4 | 7: the 4 would fit beside the 6, but next fit does not look back.
  expect([...packer.pack(line([6, 5, 4, 7], 10)).bin]).toEqual([0, 1, 1, 2])
  expect(() => packer.pack(line([11], 10))).toThrow(
    'the packer newest-bin returned an invalid packing: new bin 0 (type-0) has 10 millicores free, its pods request 11',
  )
})
