/**
 * Entry point of a worker thread: JavaScript, since not every supported Node starts a worker from TypeScript. Beside the sources it
 * registers tsx, which reads TypeScript; beside compiled files it does not.
 */
import { existsSync } from 'node:fs'
import '../own/register-hooks.mjs'

const source = new URL('./worker.ts', import.meta.url)
const fromSources = existsSync(source)
if (fromSources) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { default: work } = await import(fromSources ? source.href : './worker.js')

export default work
