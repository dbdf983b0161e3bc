/**
 * The bytes of a file, a chunk at a time, gzip decompressed. The file is opened and closed for each chunk: a run ends at its horizon and not
 * at the end of its trace, and sources are not closed, so an open handle would leak with every run. Opening costs about ten microseconds
 * per 64 KiB. A file that changes between chunks is refused.
 */
import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'
import { TraceError } from './error.ts'
import { Gunzip, isGzip } from './gunzip.ts'

const CHUNK = 65_536

/** Returns the next bytes, in a buffer that the next call reuses; undefined at the end. */
export type Bytes = () => Uint8Array | undefined

/** The bytes of a plain or gzip file. Throws a TraceError. */
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

/** The first chunk, which was read ahead, then the rest. */
function after(first: Uint8Array | undefined, rest: Bytes): Bytes {
  let pending = true
  return () => {
    if (!pending) return rest()
    pending = false
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
      // Checked before it is opened: opening a named pipe blocks until it has a writer.
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

/** Size and time of change: a file with an equal stamp counts as unchanged. */
export function stampOf(stat: Stats): string {
  return `${stat.size} ${stat.mtimeMs}`
}

function refuseOther(file: string, stat: Stats): void {
  if (stat.isFile()) return
  throw stat.isDirectory()
    ? new TraceError({ file }, 'a directory', 'a file in it')
    : new TraceError({ file }, 'no regular file', 'a file that can be read more than once')
}

/** An error of the operating system as a TraceError. */
export function fileError(file: string, error: unknown): TraceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const found =
    code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : code === 'EISDIR' ? 'a directory' : `an unreadable file (${code})`
  return new TraceError({ file }, found, 'a readable file')
}
