/**
 * Results of finished runs on this machine, shared by all studies: a run that any study has computed with the same code is not computed
 * again. A file per run, named by the run's id, in a folder named by the code. The folder is bounded: when it holds more than the limit, the
 * results that were used longest ago are removed. Nothing depends on it: a file that is missing, damaged or cannot be written is a run
 * that takes place.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readMemory, type RunResult } from '../../sim/index.ts'
import { codeName } from './store.ts'
import { decoded, encoded, type StoredResult } from './stored-result.ts'

/** Bytes that the cache may hold unless ORCHSIM_CACHE_LIMIT says otherwise: some ten thousand runs. */
const LIMIT = 1024 * 1024 * 1024
/** Share of the limit that is kept when it is exceeded, so that not every run removes something. */
const KEPT = 0.9
/** Names of folders of code, so that nothing else is ever removed. */
const CODE = /^runs-/

/** Number of values of a word of 32 bits. */
const WORDS = 0x1_0000_0000

/** One file of the cache. */
interface CachedFile {
  readonly path: string
  readonly bytes: number
  readonly used: number
}

/** What the cache holds of one version of the code. */
export interface CachedCode {
  readonly code: string
  readonly runs: number
  readonly bytes: number
}

/** How a call uses the cache. */
export interface CacheOptions {
  /** `code` identifies the code that computes the results; results of other code are ignored. */
  readonly code?: string
  /** Bytes. */
  readonly limit?: number
  /** Share of the results found, from 0 to 1, that are computed again and compared. */
  readonly verify?: number
  /** False: nothing is read, as with --fresh; results are stored. */
  readonly reads?: boolean
}

/** Where the cache is: ORCHSIM_CACHE, or the place of caches on this system; undefined: `ORCHSIM_CACHE=off`. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const own = env['ORCHSIM_CACHE'] ?? ''
  if (own === 'off') return undefined
  if (own !== '') return own
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'orchsim', 'Cache')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'orchsim')
  const base = env['XDG_CACHE_HOME'] ?? ''
  return join(base === '' ? join(homedir(), '.cache') : base, 'orchsim')
}

/** Bytes that the cache may hold. @throws on an ORCHSIM_CACHE_LIMIT that is no size */
export function cacheLimit(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const text = env['ORCHSIM_CACHE_LIMIT'] ?? ''
  if (text === '') return LIMIT
  try {
    return readMemory(text)
  } catch {
    throw new RangeError(`ORCHSIM_CACHE_LIMIT: found ${JSON.stringify(text)}; accepted: a size such as 500Mi or 2Gi`)
  }
}

export class Cache {
  /** Runs that were found, and of these the runs that were computed again for comparison. */
  found = 0
  verified = 0
  /** Ids of runs whose results differed when they were computed again. */
  readonly different: string[] = []
  readonly folder: string
  private readonly home: string
  private readonly limit: number
  private readonly verify: number
  private readonly reads: boolean
  private wrote = false

  constructor(folder: string, { code = codeName(), limit = cacheLimit(), verify = 0, reads = true }: CacheOptions = {}) {
    this.folder = folder
    this.home = join(folder, `runs-${code}`)
    this.limit = limit
    this.verify = verify
    this.reads = reads
  }

  /** The cached result of a run, which counts as used now; undefined when there is none. A damaged one is removed. */
  get(id: string): StoredResult | undefined {
    if (!this.reads) return undefined
    const path = join(this.home, id)
    try {
      const stored = decoded(id, readFileSync(path))
      const now = new Date()
      if (stored === undefined) remove(path)
      else {
        this.found++
        utimesSync(path, now, now)
      }
      return stored
    } catch {
      return undefined
    }
  }

  /** Whether the result of this run is to be computed again: by a digest of its id, so that calls with one share choose the same runs. */
  verifies(id: string): boolean {
    return this.verify > 0 && createHash('sha256').update(`verify ${id}`).digest().readUInt32BE(0) < this.verify * WORDS
  }

  /** Compares a cached result with the one computed again; the new one replaces it when they differ. */
  compare(id: string, cached: RunResult, computed: RunResult, seconds: number): void {
    this.verified++
    if (isDeepStrictEqual(cached, computed)) return
    this.different.push(id)
    this.keep(id, computed, seconds)
  }

  /** Stores a result under another name and renames it, so that other calls see the whole file or none. */
  keep(id: string, result: RunResult, seconds: number): void {
    const partial = join(this.home, `.${id}.${randomUUID()}`)
    try {
      mkdirSync(this.home, { recursive: true })
      writeFileSync(partial, encoded(id, result, seconds))
      renameSync(partial, join(this.home, id))
      this.wrote = true
    } catch {
      remove(partial)
    }
  }

  /** Removes what is over the limit. Called at the end of a study. */
  trim(): void {
    if (!this.wrote) return
    const files = filesOf(this.folder)
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    if (bytes <= this.limit) return
    files.sort((a, b) => a.used - b.used)
    for (const file of files) {
      if (bytes <= KEPT * this.limit) return
      remove(file.path)
      bytes -= file.bytes
    }
  }
}

/** What a folder of a cache holds, by the code that computed it. */
export function cachedCodes(folder: string): CachedCode[] {
  return codeFolders(folder).map((name) => {
    const files = filesIn(join(folder, name))
    return { code: name.replace(CODE, ''), runs: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
  })
}

/** Removes all results; other files of the folder stay. */
export function clearCache(folder: string): void {
  for (const name of codeFolders(folder)) rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 })
}

const filesOf = (folder: string): CachedFile[] => codeFolders(folder).flatMap((name) => filesIn(join(folder, name)))

const codeFolders = (folder: string): string[] => namesIn(folder).filter((name) => CODE.test(name))

function filesIn(folder: string): CachedFile[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name)
    try {
      const { size, mtimeMs } = statSync(path)
      return [{ path, bytes: size, used: mtimeMs }]
    } catch {
      return [] // another call has removed it
    }
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** A disk that refuses it keeps the file; nothing depends on it. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    return
  }
}
