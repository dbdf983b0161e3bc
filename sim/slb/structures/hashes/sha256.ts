/** SHA-256 (FIPS 180-4) and its keyed form HMAC (RFC 2104): what cookies of proxies are made of. Not for secrets. */

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of the first eight. */
const CUBE_ROOTS = new Int32Array(64)
const SQUARE_ROOTS = new Int32Array(8)
const fraction = (root: number): number => ((root - Math.floor(root)) * 0x100000000) | 0
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let prime = true
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false
  if (!prime) continue
  if (found < 8) SQUARE_ROOTS[found] = fraction(Math.sqrt(candidate))
  CUBE_ROOTS[found++] = fraction(Math.cbrt(candidate))
}

const BLOCK = 64
const rotated = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))

/** The 32 bytes of the digest. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000))
  view.setUint32(padded.length - 4, bytes.length << 3)
  const state = SQUARE_ROOTS.slice()
  const words = new Int32Array(64)
  for (let at = 0; at < padded.length; at += BLOCK) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i)
    compress(state, words)
  }
  const digest = new DataView(new ArrayBuffer(32))
  state.forEach((word, i) => digest.setInt32(4 * i, word))
  return new Uint8Array(digest.buffer)
}

function compress(state: Int32Array, words: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const a = words[i - 15]
    const b = words[i - 2]
    const small = rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3)
    const large = rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10)
    words[i] = words[i - 16] + small + words[i - 7] + large
  }
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 64; i++) {
    const first = (h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + CUBE_ROOTS[i] + words[i]) | 0
    const second = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const sums = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] += sums[i]
}

/** HMAC-SHA-256 of a message under a key. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK)
  block.set(key.length > BLOCK ? sha256(key) : key)
  const keyed = (mask: number, rest: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(BLOCK + rest.length)
    for (let i = 0; i < BLOCK; i++) bytes[i] = block[i] ^ mask
    bytes.set(rest, BLOCK)
    return sha256(bytes)
  }
  return keyed(0x5c, keyed(0x36, message))
}

/** Bytes as hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
