/**
 * The file a worker thread starts with: always JavaScript, since a worker cannot start from TypeScript on every supported Node.
 * Beside the sources it registers the type stripper, beside compiled files it does not.
 */
import { existsSync } from 'node:fs'

const source = new URL('./worker.ts', import.meta.url)
const fromSources = existsSync(source)
if (fromSources) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { default: work } = await import(fromSources ? source.href : './worker.js')

export default work
