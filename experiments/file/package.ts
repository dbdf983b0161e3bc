/** Where the package lies and which version it is: the sources and the compiled files stand at different depths, so look upward. */
import { existsSync, readFileSync } from 'node:fs'

/** Folder of package.json, as a URL with a slash at its end. */
export function packageRoot(): URL {
  let folder = new URL('../runner', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('..', folder)
    if (above.href === folder.href) throw new Error('no package.json above the program')
    folder = above
  }
  return folder
}

export const version = (): string =>
  (JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string }).version

/** Run from the TypeScript sources (a clone) or from compiled files (the package). */
export const fromSources = import.meta.url.endsWith('.ts')
