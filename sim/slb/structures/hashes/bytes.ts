/** Texts as the bytes that the programs hash. */

/** The UTF-8 bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
  }
  return Uint8Array.from(bytes)
}

/** The four bytes of an IPv4 address in dotted decimal. Throws a RangeError for any other text. */
export function addressBytes(address: string): Uint8Array {
  const parts = address.split('.')
  const octets = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (octets.length !== 4 || octets.some((octet) => octet > 255))
    throw new RangeError(`IPv4 address ${JSON.stringify(address)}; accepted: four numbers from 0 to 255 with dots between them`)
  return Uint8Array.from(octets)
}
