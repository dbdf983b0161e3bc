/** Prefix codes of deflate, as lookup tables (RFC 1951, section 3.2.2). */

/** The index is the next bits of the input, as many as the longest code has, the first bit lowest. The entry is 16 × symbol + length of its code; 0: no code. */
export interface Huffman {
  readonly table: Uint16Array
}

/**
 * The table of the code in which symbol i has `lengths[i]` bits, at most 15. An incomplete code is accepted, since a single distance is
 * written with one; undefined for lengths that are no prefix code.
 */
export function huffman(lengths: Uint8Array): Huffman | undefined {
  const counts = new Uint16Array(16)
  let longest = 1
  for (const length of lengths) {
    if (length === 0) continue
    counts[length]++
    if (length > longest) longest = length
  }
  const nextCode = new Uint16Array(17)
  let free = 1
  for (let length = 1; length <= 15; length++) {
    free = 2 * free - counts[length]
    if (free < 0) return undefined
    nextCode[length + 1] = (nextCode[length] + counts[length]) << 1
  }
  const table = new Uint16Array(1 << longest)
  lengths.forEach((length, symbol) => {
    if (length === 0) return
    const step = 1 << length
    for (let word = reversed(nextCode[length]++, length); word < table.length; word += step) table[word] = symbol * 16 + length
  })
  return { table }
}

/** Reverses a code: codes are stored highest bit first, all other data lowest bit first. */
function reversed(code: number, length: number): number {
  let word = 0
  for (let i = 0; i < length; i++) word |= ((code >> i) & 1) << (length - 1 - i)
  return word
}
