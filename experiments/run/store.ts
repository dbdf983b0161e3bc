/**
 * Results of finished runs of an unfinished experiment: each is stored in the results folder as soon as the run ends, so that an
 * interruption, a crash or a power failure loses none, and the next call of the same experiment continues. A run is identified by its id,
 * a digest of everything that decides its result except the code; the name of the folder identifies the code. The folder is removed when
 * the results are written.
 *
 * A shard also stores that a run failed, as JSON beside it, so that a merge can tell a failed run from one that never took place.
 *
 * A damaged file (stored-result.ts says how it is noticed) is removed, counted, and the run takes place again.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunResult } from '../../sim/index.ts'
import { digestOf } from '../file/load.ts'
import { fromSources, version } from '../file/package.ts'
import { decoded, encoded, type RunFacts } from './stored-result.ts'

const PREFIX = '.unfinished-'

/** What is stored of a run that failed. */
export interface KeptFailure {
  /** One line. */
  readonly message: string
  readonly stack: string
}

const FAILED = '.failed'

/** The stored results of one results folder. */
export class Store {
  /** Facts about the results that were read. */
  readonly facts = new Map<string, RunFacts>()
  /** Ids of the runs whose stored results were damaged and have been removed. */
  readonly damaged: string[] = []
  readonly results: string
  private readonly folder: string
  private readonly strict: boolean

  /**
   * `code` identifies the code that computes the results; results of other code are ignored. `strict`: a result that cannot be stored is
   * an error, since a shard has nothing else to hand in.
   */
  constructor(results: string, code: string = codeName(), strict = false) {
    this.results = results
    this.strict = strict
    this.folder = join(results, `${PREFIX}${code}`)
  }

  /** The stored result of a run; undefined when there is none or it is damaged, in which case it is removed. */
  get(id: string): RunResult | undefined {
    const path = join(this.folder, id)
    let file: Buffer
    try {
      file = readFileSync(path)
    } catch {
      return undefined
    }
    const stored = decoded(id, file)
    if (stored === undefined) {
      this.damaged.push(id)
      remove(path)
      return undefined
    }
    this.facts.set(id, stored.facts)
    return stored.result
  }

  /** The stored failure of a run; undefined when there is none, or a result beside it. */
  failure(id: string): KeptFailure | undefined {
    try {
      return JSON.parse(readFileSync(join(this.folder, id + FAILED), 'utf8')) as KeptFailure
    } catch {
      return undefined
    }
  }

  /** Names of the code whose results the folder also contains. */
  others(): string[] {
    const mine = codeOf(this.folder)
    return unfinished(this.results)
      .map(codeOf)
      .filter((code) => code !== mine)
  }

  /**
   * Stores a result: written under another name, flushed to the disk, renamed, and the folder flushed, so that a power failure leaves the
   * whole file or none. Unless the store is strict, an error of the disk is ignored: the run is then repeated by the next call.
   * @throws in a strict store
   */
  keep(id: string, result: RunResult, seconds = 0): void {
    this.write(id, encoded(id, result, seconds))
    remove(join(this.folder, id + FAILED))
  }

  /** Stores that a run failed. @throws in a strict store */
  keepFailure(id: string, { message, stack }: KeptFailure): void {
    this.write(id + FAILED, Buffer.from(JSON.stringify({ message, stack })))
  }

  private write(name: string, bytes: Uint8Array): void {
    const partial = join(this.folder, `${name}.${randomUUID()}`)
    try {
      mkdirSync(this.folder, { recursive: true })
      writeFileSync(partial, bytes, { flush: true })
      renameSync(partial, join(this.folder, name))
      flush(this.folder)
    } catch (error) {
      remove(partial)
      if (this.strict) throw new Error(`a result cannot be stored in ${this.folder}: ${(error as Error).message}`, { cause: error })
    }
  }

  /** Removes all stored results, also those of other code. */
  clear(): void {
    // Retries, since another call may store a result at the same time.
    for (const name of unfinished(this.results)) rmSync(join(this.results, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Names of the folders of stored results. */
function unfinished(results: string): string[] {
  try {
    return readdirSync(results).filter((name) => name.startsWith(PREFIX))
  } catch {
    return []
  }
}

const codeOf = (folder: string): string => folder.slice(folder.lastIndexOf(PREFIX) + PREFIX.length)

function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    return // the disk is read-only, or the folder is none: the file is overwritten or ignored later
  }
}

/** Makes a rename durable. Windows cannot open a folder, and its file systems keep renames in their journal. */
function flush(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The code of a worker: this file and its imports decide a result. */
export const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** The version; in a clone, where the code changes without the version, also a digest of the sources that decide results. */
export function codeName(): string {
  return fromSources ? `${version()}-${digestOf(WORKER).slice(0, 12)}` : version()
}
