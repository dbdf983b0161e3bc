/**
 * A result as a file, for the store of an unfinished study and for the cache: a line of text and the serialised result.
 *
 *   orchsim result 2 <id of the run> <SHA-256 of the id and the bytes that follow>\n
 *   <v8.serialize({ result, seconds, node, host })>
 *
 * V8's format has no checksum: most flipped bits in it are other numbers, not errors. So a file whose line or digest differs is damaged as a whole.
 */
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { deserialize, serialize } from 'node:v8'
import type { RunResult } from '../../sim/index.ts'

const NEWLINE = 10

/** Where and how long a run took: a fact about the machine, for the manifest only. */
export interface RunFacts {
  /** Wall time [s]. */
  readonly seconds: number
  /** Version of Node, and name of the host. */
  readonly node: string
  readonly host: string
}

/** What a file of a result contains. */
export interface StoredResult {
  readonly result: RunResult
  readonly facts: RunFacts
}

/** The file of a result. */
export function encoded(id: string, result: RunResult, seconds: number): Buffer {
  const payload = serialize({ result, seconds, node: process.versions.node, host: hostname() })
  return Buffer.concat([Buffer.from(`${headOf(id, payload)}\n`, 'latin1'), payload])
}

/** What the file of a run contains; undefined when it is damaged, or of another run. */
export function decoded(id: string, file: Buffer): StoredResult | undefined {
  const end = file.indexOf(NEWLINE)
  const payload = file.subarray(end + 1)
  if (end <= 0 || file.toString('latin1', 0, end) !== headOf(id, payload)) return undefined
  const { result, ...facts } = deserialize(payload) as RunFacts & { readonly result: RunResult }
  return { result, facts }
}

/** The first line of a file, without its end. */
function headOf(id: string, payload: Uint8Array): string {
  return `orchsim result 2 ${id} ${createHash('sha256').update(id).update('\n').update(payload).digest('hex')}`
}
