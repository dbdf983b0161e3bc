import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withModules } from './modules.fixture.ts'

it('the README has the drawing that the imports make (npm run docs)', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  expect(readme).toBe(withModules(readme))
})
