import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packers } from './index.ts'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')

test('the table of members in the README is the list', () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (faithful|simplified|inspired) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(packers.all.map(({ name, fidelity }) => `${name} ${fidelity}`))
})
