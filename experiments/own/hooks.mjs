/**
 * Loader hook: a user's TypeScript file is an ES module also where the nearest package.json lacks "type": "module". tsx would wrap it as
 * CommonJS in a data URL without a source map, and errors would name a line of generated code instead of the user's.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context)
  const url = resolved.url.replace(/\?.*$/, '')
  if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/') || resolved.format === 'module') return resolved
  let text
  try {
    text = readFileSync(fileURLToPath(url), 'utf8')
  } catch {
    return resolved
  }
  return /^\s*(import|export)\b/m.test(text) ? { ...resolved, format: 'module' } : resolved
}
