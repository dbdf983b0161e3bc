import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeAutoscalers } from './index.ts'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')

test('the table of members in the README is the list', () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (faithful|simplified|inspired) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(nodeAutoscalers.all.map(({ name, fidelity }) => `${name} ${fidelity}`))
})

test('the table of parameters in the README is the one of on-demand', () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` \| (duration|share|integer) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(Object.entries(nodeAutoscalers.find('on-demand')!.parameters).map(([name, { kind }]) => `${name} ${kind}`))
})
