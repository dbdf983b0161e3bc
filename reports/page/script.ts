/** The page's script: scripts/page.mjs bundles it from client/ and the runtime of vega. */
import { readFileSync } from 'node:fs'

let read: string | undefined

/** The bundled script, read once per process. */
export function pageScript(): string {
  read ??= readFileSync(new URL('./script.min.mjs', import.meta.url), 'utf8')
  return read
}
