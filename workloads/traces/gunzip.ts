/**
 * Gzip decompression that is synchronous and streams. Node's zlib offers one of the two only: its streams are asynchronous, and then every
 * function from here to a run would have to be async; `gunzipSync` needs the whole text in memory, half a gigabyte for ten million rows.
 * (Its internal handle is not a public interface.) This decoder holds the 32 KiB window and one piece of output.
 * Sources: RFC 1952 (gzip) and RFC 1951 (deflate), P. Deutsch 1996; numbers in brackets are sections of the latter.
 */
import { crc32 } from 'node:zlib'
import { huffman, type Huffman } from './huffman.ts'

/** Largest distance of a back reference [2]. */
const WINDOW = 32_768
const PIECE = 65_536
const LONGEST_MATCH = 258
const LONGEST_CODE = 15

/** Lengths and distances of a match: the smallest value of each code, and its number of extra bits [3.2.5]. */
const LENGTH_FROM = Uint16Array.from([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
])
const LENGTH_BITS = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0])
const DISTANCE_BITS = Uint8Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1))
const DISTANCE_FROM = Uint16Array.from({ length: 30 }, (_, code) => (code < 4 ? code + 1 : 1 + ((2 + (code & 1)) << ((code >> 1) - 1))))
/** Order in which the lengths of the code length code are written [3.2.7]. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
const END_OF_BLOCK = 256

/** The fixed codes [3.2.6]. */
const FIXED_LITERALS = huffman(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))) as Huffman
const FIXED_DISTANCES = huffman(new Uint8Array(30).fill(5)) as Huffman

/** Whether a file that starts with these bytes is gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Decompresses a gzip file, which may have several consecutive members. */
export class Gunzip {
  private readonly more: () => Uint8Array | undefined
  private readonly refused: (found: string) => Error
  private input: Uint8Array = new Uint8Array(0)
  private at = 0
  /** Bits read from the input but not used yet, the first one lowest; at most 22. */
  private bits = 0
  private count = 0
  /** Up to 32 KiB of earlier output, for back references, then new output up to `end`. */
  private readonly output = Buffer.alloc(WINDOW + PIECE + LONGEST_MATCH)
  private end = 0
  /** The next step of the format; undefined: the end of the file. */
  private step: (() => void) | undefined = () => this.header()
  private last = false
  private storedLeft = 0
  private literals = FIXED_LITERALS
  private distances = FIXED_DISTANCES
  /** Length and checksum of the member's output before `summed`. */
  private total = 0
  private sum = 0
  private summed = 0

  /** `more` returns the next bytes, `refused` the error to throw for a damaged file. */
  constructor(more: () => Uint8Array | undefined, refused: (found: string) => Error) {
    this.more = more
    this.refused = refused
  }

  /** The next piece of output, in a buffer that the next call reuses; undefined at the end. */
  next(): Uint8Array | undefined {
    if (this.end > WINDOW) {
      this.output.copyWithin(0, this.end - WINDOW, this.end)
      this.end = WINDOW
    }
    const from = (this.summed = this.end)
    while (this.step !== undefined && this.end < WINDOW + PIECE) this.step()
    this.sumUp()
    return this.end === from ? undefined : this.output.subarray(from, this.end)
  }

  private sumUp(): void {
    const text = this.output.subarray(this.summed, this.end)
    this.sum = crc32(text, this.sum)
    this.total += text.length
    this.summed = this.end
  }

  private header(): void {
    if (this.byte() !== 0x1f || this.byte() !== 0x8b) throw this.refused('other bytes after the end of the gzip data')
    if (this.byte() !== 8) throw this.refused('a gzip file with an unknown compression method')
    const flags = this.byte()
    if (flags >= 32) throw this.refused('a gzip file with unknown flags')
    // Skips time, level, operating system, extra field, name, comment and header checksum.
    this.skip(6)
    if ((flags & 4) !== 0) this.skip(this.byte() | (this.byte() << 8))
    for (const text of [8, 16]) if ((flags & text) !== 0) while (this.byte() !== 0);
    if ((flags & 2) !== 0) this.skip(2)
    this.sumUp()
    this.total = 0
    this.sum = 0
    this.step = () => this.block()
  }

  private trailer(): void {
    this.sumUp()
    this.take(this.count & 7)
    if ((this.word() | 0) !== (this.sum | 0)) throw this.refused('a gzip file with a wrong checksum')
    if ((this.word() | 0) !== (this.total | 0)) throw this.refused('a gzip file with a wrong length')
    this.step = this.count > 0 || this.filled() ? () => this.header() : undefined
  }

  /** Header of a block [3.2.3]. */
  private block(): void {
    if (this.last) {
      this.last = false
      this.step = () => this.trailer()
      return
    }
    this.last = this.take(1) === 1
    const kind = this.take(2)
    if (kind === 3) throw this.refused('a gzip file with a block of an unknown kind')
    if (kind === 0) {
      this.take(this.count & 7)
      this.storedLeft = this.take(8) | (this.take(8) << 8)
      if ((this.take(8) | (this.take(8) << 8)) !== (this.storedLeft ^ 0xffff)) throw this.refused('a gzip file with a damaged block')
      this.step = () => this.stored()
    } else {
      this.literals = FIXED_LITERALS
      this.distances = FIXED_DISTANCES
      if (kind === 2) this.codes()
      this.step = () => this.coded()
    }
  }

  private stored(): void {
    const until = Math.min(this.end + this.storedLeft, WINDOW + PIECE)
    this.storedLeft -= until - this.end
    while (this.end < until) this.output[this.end++] = this.take(8)
    if (this.storedLeft === 0) this.step = () => this.block()
  }

  /** Reads the dynamic codes of a block, which are themselves encoded [3.2.7]. */
  private codes(): void {
    const literals = this.take(5) + 257
    const distances = this.take(5) + 1
    const written = this.take(4) + 4
    const lengths = new Uint8Array(19)
    for (let i = 0; i < written; i++) lengths[ORDER[i]] = this.take(3)
    const code = this.checked(huffman(lengths))
    const all = new Uint8Array(literals + distances)
    for (let i = 0; i < all.length;) {
      const symbol = this.symbol(code)
      if (symbol < 16) {
        all[i++] = symbol
        continue
      }
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7)
      if ((symbol === 16 && i === 0) || i + times > all.length) throw this.refused('a gzip file with a damaged block')
      all.fill(symbol === 16 ? all[i - 1] : 0, i, i + times)
      i += times
    }
    this.literals = this.checked(huffman(all.subarray(0, literals)))
    this.distances = this.checked(huffman(all.subarray(literals)))
  }

  private checked(code: Huffman | undefined): Huffman {
    if (code === undefined) throw this.refused('a gzip file with a damaged block')
    return code
  }

  /** Decodes literals and matches until the end of the block or of the output buffer [3.2.3]. */
  private coded(): void {
    const { output, literals, distances } = this
    while (this.end < WINDOW + PIECE) {
      const symbol = this.symbol(literals)
      if (symbol < END_OF_BLOCK) {
        output[this.end++] = symbol
        continue
      }
      if (symbol === END_OF_BLOCK) {
        this.step = () => this.block()
        return
      }
      const code = symbol - END_OF_BLOCK - 1
      if (code >= LENGTH_FROM.length) throw this.refused('a gzip file with a damaged block')
      const length = LENGTH_FROM[code] + this.take(LENGTH_BITS[code])
      const place = this.symbol(distances)
      if (place >= DISTANCE_FROM.length) throw this.refused('a gzip file with a damaged block')
      const distance = DISTANCE_FROM[place] + this.take(DISTANCE_BITS[place])
      if (distance > this.total + this.end - this.summed) throw this.refused('a gzip file that refers to text before its beginning')
      // Byte by byte, since a match may overlap its own output.
      for (const until = this.end + length; this.end < until; this.end++) output[this.end] = output[this.end - distance]
    }
  }

  private symbol(code: Huffman): number {
    while (this.count < LONGEST_CODE && this.filled()) {
      this.bits |= this.input[this.at++] << this.count
      this.count += 8
    }
    const entry = code.table[this.bits & (code.table.length - 1)]
    const length = entry & 15
    if (length === 0) throw this.refused('a gzip file with a damaged block')
    if (length > this.count) throw this.cutOff()
    this.bits >>>= length
    this.count -= length
    return entry >>> 4
  }

  /** Reads a number of up to 13 bits. */
  private take(wanted: number): number {
    while (this.count < wanted) {
      if (!this.filled()) throw this.cutOff()
      this.bits |= this.input[this.at++] << this.count
      this.count += 8
    }
    const value = this.bits & ((1 << wanted) - 1)
    this.bits >>>= wanted
    this.count -= wanted
    return value
  }

  private byte(): number {
    return this.take(8)
  }

  private word(): number {
    return this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)
  }

  private skip(bytes: number): void {
    for (let i = 0; i < bytes; i++) this.byte()
  }

  /** Whether there is another byte; reads more input if needed. */
  private filled(): boolean {
    while (this.at === this.input.length) {
      const next = this.more()
      if (next === undefined) return false
      this.input = next
      this.at = 0
    }
    return true
  }

  private cutOff(): Error {
    return this.refused('a truncated gzip file')
  }
}
