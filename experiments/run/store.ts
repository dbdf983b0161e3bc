/**
 * Results of finished runs of an unfinished experiment: each is stored in the results folder as soon as the run ends, so that an
 * interruption, a crash or a power failure loses none, and the next call of the same experiment continues. A run is identified by its id,
 * a digest of everything that decides its result except the code; the name of the folder identifies the code. The folder is removed when
 * the results are written.
 *
 * A stored file is a line of text and the serialised result:
 *
 *   orchsim result 2 <id of the run> <SHA-256 of the id and the bytes that follow>\n
 *   <v8.serialize({ result, seconds, node, host })>
 *
 * A shard also stores that a run failed, as JSON beside it, so that a merge can tell a failed run from one that never took place.
 *
 * V8's format has no checksum: most flipped bits in it are other numbers, not errors. So a file whose line or digest differs is damaged
 * as a whole: it is removed, counted, and the run takes place again.
 */
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import type { RunResult } from '../../sim/index.ts'
import { digestOf } from '../file/load.ts'
import { fromSources, version } from '../file/package.ts'

const PREFIX = '.unfinished-'
const NEWLINE = 10

/** Where and how long a run took: a fact about the machine, for the manifest only. */
export interface RunFacts {
  /** Wall time [s]. */
  readonly seconds: number
  /** Version of Node, and name of the host. */
  readonly node: string
  readonly host: string
}

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
    const end = file.indexOf(NEWLINE)
    const payload = file.subarray(end + 1)
    if (end > 0 && file.toString('latin1', 0, end) === headOf(id, payload)) return this.opened(id, payload)
    this.damaged.push(id)
    remove(path)
    return undefined
  }

  private opened(id: string, payload: Buffer): RunResult {
    const { result, ...facts } = deserialize(payload) as RunFacts & { readonly result: RunResult }
    this.facts.set(id, facts)
    return result
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
    const payload = serialize({ result, seconds, node: process.versions.node, host: hostname() })
    this.write(id, Buffer.concat([Buffer.from(`${headOf(id, payload)}\n`, 'latin1'), payload]))
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

/** The first line of a stored file, without its end. */
function headOf(id: string, payload: Uint8Array): string {
  return `orchsim result 2 ${id} ${createHash('sha256').update(id).update('\n').update(payload).digest('hex')}`
}

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
function codeName(): string {
  return fromSources ? `${version()}-${digestOf(WORKER).slice(0, 12)}` : version()
}
