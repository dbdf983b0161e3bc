/**
 * Results of finished runs of an unfinished experiment: each is stored in the results folder as soon as the run ends, so that an
 * interruption, a crash or a power failure loses none, and the next call of the same experiment continues. A run is identified by its id,
 * a digest of everything that decides its result except the code; the name of the folder identifies the code. The folder is removed when
 * the results are written.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import type { RunResult } from '../../sim/index.ts'
import { digestOf } from '../file/load.ts'
import { fromSources, version } from '../file/package.ts'

const PREFIX = '.unfinished-'

/** The stored results of one results folder. */
export class Store {
  private readonly results: string
  private readonly folder: string

  /** `code` identifies the code that computes the results; results of other code are ignored. */
  constructor(results: string, code: string = codeName()) {
    this.results = results
    this.folder = join(results, `${PREFIX}${code}`)
  }

  /** The stored result of a run; undefined when there is none or it cannot be read. */
  get(id: string): RunResult | undefined {
    try {
      return deserialize(readFileSync(join(this.folder, id))) as RunResult
    } catch {
      return undefined
    }
  }

  /** Stores a result atomically. An error of the disk is ignored: the run is then repeated by the next call. */
  keep(id: string, result: RunResult): void {
    try {
      mkdirSync(this.folder, { recursive: true })
      const partial = join(this.folder, `${id}.${randomUUID()}`)
      writeFileSync(partial, serialize(result))
      renameSync(partial, join(this.folder, id))
    } catch {
      return
    }
  }

  /** Removes all stored results, also those of other code. */
  clear(): void {
    let names: string[]
    try {
      names = readdirSync(this.results)
    } catch {
      return
    }
    // Retries, since another call may store a result at the same time.
    for (const name of names) if (name.startsWith(PREFIX)) rmSync(join(this.results, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The code of a worker: this file and its imports decide a result. */
export const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** The version; in a clone, where the code changes without the version, also a digest of the sources that decide results. */
function codeName(): string {
  return fromSources ? `${version()}-${digestOf(WORKER).slice(0, 12)}` : version()
}
