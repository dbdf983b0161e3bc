/**
 * Entry point of the process that draws a specification that was not written here: JavaScript, since not every supported Node runs
 * TypeScript. Beside the sources it registers tsx, which reads TypeScript; beside compiled files it does not.
 */
import { existsSync } from 'node:fs'

const source = new URL('./apart.ts', import.meta.url)
const fromSources = existsSync(source)
if (fromSources) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { drawInput } = await import(fromSources ? source.href : './apart.js')
await drawInput()
