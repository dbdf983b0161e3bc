import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { replicaAutoscalers } from './replicas/index.ts'
import { sizeAutoscalers } from './sizes/index.ts'

test('the table of members in the README matches the lists of replicas and sizes', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| (replicas|sizes) \| `([a-z-]+)` \| (\w+) \|/gm)].map((row) => `${row[1]} ${row[2]} ${row[3]}`)
  const listed = (axis: string, all: readonly { name: string; fidelity: string }[]): string[] =>
    all.map(({ name, fidelity }) => `${axis} ${name} ${fidelity}`)
  expect(rows).toEqual([...listed('replicas', replicaAutoscalers.all), ...listed('sizes', sizeAutoscalers.all)])
})

test.each(
  replicaAutoscalers.all
    .filter(({ parameters }) => Object.keys(parameters).length > 0)
    .map(({ name, parameters }) => ({ name, parameters })),
)('the table of parameters in the section of $name matches its definition', ({ name, parameters }) => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? ''
  const rows = [...section.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map((row) => [row[1], row[2]])
  expect(rows).toEqual(Object.entries(parameters).map(([key, { kind }]) => [key, kind]))
})
