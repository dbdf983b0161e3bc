/**
 * Entry point of the process that draws a specification that was not written here: JavaScript, since not every supported Node runs
 * TypeScript. In a clone it loads the bundle of the sources, or the sources through tsx where no bundle can be made; in the package the compiled file.
 */
import { existsSync } from 'node:fs'

const source = new URL('./apart.ts', import.meta.url)
const { drawInput } = await import(existsSync(source) ? await sourceOf() : './apart.js')
await drawInput()

async function sourceOf() {
  const { compiled } = await import('../../scripts/compiled.mjs')
  const bundle = await compiled('apart')
  if (bundle !== undefined) return bundle
  const { register } = await import('tsx/esm/api')
  register()
  return source.href
}
