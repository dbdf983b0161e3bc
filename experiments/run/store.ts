/**
 * Finished runs of an experiment that is not finished: each is kept in the results folder as soon as it ends, so that an interruption,
 * a crash or a power cut loses none, and the next call of the same experiment goes on where it stopped. A run is known by its id, which
 * is a digest of all that decides its result; the code itself is told apart by the name of the folder. Once the results are written
 * whole, the folder goes.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import type { RunResult } from '../../sim/outcome/results.ts'
import { digestOf } from '../file/load.ts'
import { fromSources, version } from '../file/package.ts'

const PREFIX = '.unfinished-'

export class Store {
  private readonly home: string
  private readonly folder: string

  /** `code` names what computes the results: results of other code are not seen. */
  constructor(results: string, code: string = codeName()) {
    this.home = results
    this.folder = join(results, `${PREFIX}${code}`)
  }

  /** What an earlier call left of this run; undefined when there is nothing that can be read. */
  get(id: string): RunResult | undefined {
    try {
      return deserialize(readFileSync(join(this.folder, id))) as RunResult
    } catch {
      return undefined
    }
  }

  /** Whole or not at all, as a power cut may come at any time. A disk that refuses costs the resuming, not the run. */
  keep(id: string, result: RunResult): void {
    try {
      mkdirSync(this.folder, { recursive: true })
      const half = join(this.folder, `${id}.${randomUUID()}`)
      writeFileSync(half, serialize(result))
      renameSync(half, join(this.folder, id))
    } catch {
      return
    }
  }

  /** Nothing is left to go on with; what other code left behind goes too. */
  clear(): void {
    let names: string[]
    try {
      names = readdirSync(this.home)
    } catch {
      return
    }
    // A second call in the same folder may put a result there right now.
    for (const name of names) if (name.startsWith(PREFIX)) rmSync(join(this.home, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

/** What a worker runs: it and all that it imports decide a result. */
export const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** The version; in a clone, where the code changes under one version, also a digest of the sources that decide results. */
function codeName(): string {
  return fromSources ? `${version()}-${digestOf(WORKER).slice(0, 12)}` : version()
}
