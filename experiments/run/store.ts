/**
 * Results of finished runs of an unfinished experiment: each is stored in the results folder as soon as the run ends, so that an
 * interruption, a crash or a power failure loses none, and the next call of the same experiment continues. A run is identified by its id,
 * a digest of everything that decides its result except the code; the name of the folder identifies the code. The folder is removed when
 * the results are written.
 *
 * A stored file is a line of text and the serialised result:
 *
 *   orchsim result 1 <id of the run> <SHA-256 of the id and the bytes that follow>\n
 *   <v8.serialize(result)>
 *
 * V8's format has no checksum: most flipped bits in it are other numbers, not errors. So a file whose line or digest differs is damaged
 * as a whole: it is removed, counted, and the run takes place again.
 */
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import type { RunResult } from '../../sim/index.ts'
import { digestOf } from '../file/load.ts'
import { fromSources, version } from '../file/package.ts'

const PREFIX = '.unfinished-'
const NEWLINE = 10

/** The stored results of one results folder. */
export class Store {
  /** Ids of the runs whose stored results were damaged and have been removed. */
  readonly damaged: string[] = []
  private readonly results: string
  private readonly folder: string

  /** `code` identifies the code that computes the results; results of other code are ignored. */
  constructor(results: string, code: string = codeName()) {
    this.results = results
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
    if (end > 0 && file.toString('latin1', 0, end) === headOf(id, payload)) return deserialize(payload) as RunResult
    this.damaged.push(id)
    remove(path)
    return undefined
  }

  /**
   * Stores a result: written under another name, flushed to the disk, renamed, and the folder flushed, so that a power failure leaves the
   * whole file or none. An error of the disk is ignored: the run is then repeated by the next call.
   */
  keep(id: string, result: RunResult): void {
    const partial = join(this.folder, `${id}.${randomUUID()}`)
    try {
      mkdirSync(this.folder, { recursive: true })
      const payload = serialize(result)
      writeFileSync(partial, Buffer.concat([Buffer.from(`${headOf(id, payload)}\n`, 'latin1'), payload]), { flush: true })
      renameSync(partial, join(this.folder, id))
      flush(this.folder)
    } catch {
      remove(partial)
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

/** The first line of a stored file, without its end. */
function headOf(id: string, payload: Uint8Array): string {
  return `orchsim result 1 ${id} ${createHash('sha256').update(id).update('\n').update(payload).digest('hex')}`
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
