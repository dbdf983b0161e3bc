/** Prefix codes of deflate, as tables that are asked with the bits as they come (RFC 1951, section 3.2.2). */

/** Row: the next bits, as many as the longest code has, the first one lowest. Value: the symbol times 16, plus the bits of its code; 0: no such code. */
export interface Huffman {
  readonly table: Uint16Array
}

/**
 * From the length of each symbol's code, at most 15. A code that leaves words unused is taken as it is (a single distance is written so);
 * one in which a word would have two meanings is no code: undefined.
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

/** Codes are written with their highest bit first, all else with the lowest. */
function reversed(code: number, length: number): number {
  let word = 0
  for (let i = 0; i < length; i++) word |= ((code >> i) & 1) << (length - 1 - i)
  return word
}
