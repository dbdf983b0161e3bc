import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { pageScript } from './script.ts'

test('the committed script is what its sources and the installed vega give: npm run page', async () => {
  const check = fileURLToPath(new URL('../../scripts/page.mjs', import.meta.url))
  await expect(promisify(execFile)(process.execPath, [check, '--check'])).resolves.toBeDefined()
})

test('the script cannot end its own element, names no address to load, and says whose work it holds', () => {
  const script = pageScript()
  expect(script).not.toMatch(/<\/script|<!--|sourceMappingURL|\bimport\s*\(/)
  expect(
    [...script.matchAll(/https?:\/\/[^"'`)\s]*/g)]
      .map(([address]) => address)
      .filter((address) => !address.startsWith('http://www.w3.org/')),
  ).toEqual([])
  expect(script).toMatch(/^\/\* orchsim, MIT\. Contains vega [\d.]+ .*BSD-3-Clause/)
  expect(readFileSync(new URL('./LICENSE-vega.txt', import.meta.url), 'utf8')).toContain('University of Washington Interactive Data Lab')
  expect(Buffer.byteLength(script)).toBeLessThan(650_000)
})
