import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { replicaAutoscalers } from './replicas/index.ts'
import { sizeAutoscalers } from './sizes/index.ts'

test('the table of members in the README is the lists of the axes replicas and sizes', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| (replicas|sizes) \| `([a-z-]+)` \| (\w+) \|/gm)].map((row) => `${row[1]} ${row[2]} ${row[3]}`)
  const listed = (axis: string, all: readonly { name: string; fidelity: string }[]): string[] => all.map(({ name, fidelity }) => `${axis} ${name} ${fidelity}`)
  expect(rows).toEqual([...listed('replicas', replicaAutoscalers.all), ...listed('sizes', sizeAutoscalers.all)])
})

test('the table of parameters in the README is the one of target-utilization', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map((row) => [row[1], row[2]])
  const { parameters } = replicaAutoscalers.find('target-utilization')!
  expect(rows).toEqual(Object.entries(parameters).map(([name, { kind }]) => [name, kind]))
})
