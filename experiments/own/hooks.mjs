/**
 * Loader hook of users' files.
 *
 * A TypeScript file is an ES module also where the nearest package.json lacks "type": "module". tsx would wrap it as CommonJS in a data URL
 * without a source map, and errors would name a line of generated code instead of the user's.
 *
 * What a file with `?run=N` imports gets the same query, so that a run has modules of its own and finds nothing that another run left in
 * them. Packages and orchsim itself are shared.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const RUN = /[?&]run=(\d+)/
/** Folders of orchsim beside this one. */
const SHARED = ['sim', 'workloads', 'reports'].map((name) => new URL(`../../${name}/`, import.meta.url).href)

export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context)
  const url = resolved.url.replace(/\?.*$/, '')
  if (!url.startsWith('file:') || url.includes('/node_modules/')) return resolved
  const run = RUN.exec(context.parentURL ?? '')
  const fresh = run === null || RUN.test(resolved.url) || SHARED.some((folder) => url.startsWith(folder))
  const own = fresh ? resolved : { ...resolved, url: `${resolved.url}${resolved.url.includes('?') ? '&' : '?'}run=${run[1]}` }
  return isModule(url, resolved.format) ? { ...own, format: 'module' } : own
}

/** Whether a TypeScript file is an ES module by its text. */
function isModule(url, format) {
  if (!url.endsWith('.ts') || format === 'module') return false
  try {
    return /^\s*(import|export)\b/m.test(readFileSync(fileURLToPath(url), 'utf8'))
  } catch {
    return false
  }
}
