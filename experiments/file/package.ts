/** Location and version of the package. Sources and compiled files have different depths, so the parent folders are searched. */
import { existsSync, readFileSync } from 'node:fs'

/** Folder of package.json, as a URL with a slash at its end. */
export function packageRoot(): URL {
  let folder = new URL('.', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('..', folder)
    if (above.href === folder.href) throw new Error('no package.json in any parent folder of the program')
    folder = above
  }
  return folder
}

/** Version in package.json. */
export const version = (): string =>
  (JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string }).version

/** Whether the program runs from TypeScript sources (a clone), not from compiled files (the package). */
export const fromSources = import.meta.url.endsWith('.ts')
