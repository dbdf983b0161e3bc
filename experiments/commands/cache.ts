/** `orchsim cache list` and `orchsim cache clear`: the results of runs that this machine keeps. */
import { cachedCodes, cacheFolder, cacheLimit, clearCache } from '../run/cache.ts'
import { codeName } from '../run/store.ts'
import type { CommandContext } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** Prints what the cache holds, or removes it. */
export function cacheCommand(what: 'list' | 'clear', options: { readonly json?: boolean }, { out }: CommandContext): ExitCode {
  const folder = cacheFolder()
  if (folder === undefined) {
    out.write('the cache is off (ORCHSIM_CACHE=off)\n')
    return EXIT.done
  }
  const codes = cachedCodes(folder)
  const runs = codes.reduce((sum, code) => sum + code.runs, 0)
  const bytes = codes.reduce((sum, code) => sum + code.bytes, 0)
  if (what === 'clear') {
    clearCache(folder)
    out.write(`removed ${runs} results, ${size(bytes)}, from ${folder}\n`)
  } else if (options.json === true) out.write(`${JSON.stringify({ folder, limit: cacheLimit(), runs, bytes, codes }, null, 2)}\n`)
  else {
    out.write(`${folder}: ${runs} results, ${size(bytes)} of at most ${size(cacheLimit())}\n`)
    for (const one of codes) {
      const use = one.code === codeName() ? 'used by this version' : 'of another version'
      out.write(`  ${one.code}: ${one.runs} results, ${size(one.bytes)}, ${use}\n`)
    }
  }
  return EXIT.done
}
