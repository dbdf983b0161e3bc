/**
 * The bytes of a file, a chunk at a time, gzip undone. The file is opened for each chunk and closed again: a run ends where its horizon is, not
 * where its trace ends, and nobody tells a source that it is no longer wanted, so a handle that stays open would be lost, one a run. Opening
 * costs some ten microseconds per 64 KiB. A file that changes in between is refused.
 */
import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'
import { TraceError } from './error.ts'
import { Gunzip, isGzip } from './gunzip.ts'

const CHUNK = 65_536

/** Gives the next bytes, in a buffer that the next call fills anew; undefined at the end. */
export type Bytes = () => Uint8Array | undefined

export function bytesOf(file: string): Bytes {
  const plain = chunksOf(file)
  const first = plain()
  const whole: Bytes = after(first, plain)
  if (first !== undefined && isGzip(first)) {
    const gunzip = new Gunzip(whole, (found) => new TraceError({ file }, found, 'a whole gzip file'))
    return () => gunzip.next()
  }
  if (file.endsWith('.gz') && first !== undefined)
    throw new TraceError({ file }, 'no gzip header', 'a gzip file, since the name ends in .gz')
  return whole
}

/** The chunk that was looked at already comes once more. */
function after(first: Uint8Array | undefined, rest: Bytes): Bytes {
  let looked = true
  return () => {
    if (!looked) return rest()
    looked = false
    return first
  }
}

function chunksOf(file: string): Bytes {
  const chunk = Buffer.allocUnsafe(CHUNK)
  let position = 0
  let stamp = ''
  return () => {
    let handle = -1
    try {
      // Looked at before it is opened: to open a named pipe is to wait for its writer, perhaps for ever.
      if (stamp === '') refuseOther(file, statSync(file))
      handle = openSync(file, 'r')
      const stat = fstatSync(handle)
      refuseOther(file, stat)
      if (stamp === '') stamp = stampOf(stat)
      if (stampOf(stat) !== stamp) throw new TraceError({ file }, 'a file that changed while it was read', 'a file that stays as it is')
      const size = readSync(handle, chunk, 0, CHUNK, position)
      position += size
      return size === 0 ? undefined : chunk.subarray(0, size)
    } catch (error) {
      throw error instanceof TraceError ? error : fileError(file, error)
    } finally {
      if (handle >= 0) closeSync(handle)
    }
  }
}

/** Two files of equal stamps count as the same. */
export function stampOf(stat: Stats): string {
  return `${stat.size} ${stat.mtimeMs}`
}

function refuseOther(file: string, stat: Stats): void {
  if (stat.isFile()) return
  throw stat.isDirectory()
    ? new TraceError({ file }, 'a directory', 'a file in it')
    : new TraceError({ file }, 'no regular file', 'a file that can be read more than once')
}

/** What the operating system said, in the words of a TraceError. */
export function fileError(file: string, error: unknown): TraceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const found =
    code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : code === 'EISDIR' ? 'a directory' : `an unreadable file (${code})`
  return new TraceError({ file }, found, 'a readable file')
}
