/** The page's script: the one file that scripts/page.mjs makes of the sources in client/ and the runtime of vega. */
import { readFileSync } from 'node:fs'

let read: string | undefined

/** Read once per process, when the first page is written. */
export function pageScript(): string {
  read ??= readFileSync(new URL('./script.min.mjs', import.meta.url), 'utf8')
  return read
}
