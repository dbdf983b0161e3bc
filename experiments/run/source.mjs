/**
 * The code of a thread, for its entry point in JavaScript, since not every supported Node starts a worker from TypeScript: the compiled file of the package; in a clone
 * the bundle of the sources as they are now, or the sources themselves through tsx where no bundle can be made.
 */
import { existsSync } from 'node:fs'

/** Loads `<name>.ts` or `<name>.js` beside the entry point at `url`. */
export async function codeOf(name, url) {
  const source = new URL(`./${name}.ts`, url)
  if (!existsSync(source)) return import(new URL(`./${name}.js`, url).href)
  const { compiled } = await import('../../scripts/compiled.mjs')
  const bundle = await compiled(name)
  if (bundle !== undefined) return import(bundle)
  const { register } = await import('tsx/esm/api')
  register()
  return import(source.href)
}
