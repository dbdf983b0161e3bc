/** CRC-32 of ISO-HDLC (polynomial 0xEDB88320 reflected), as in gzip, nginx and HAProxy. Source: RFC 1952, section 8. */

const TABLE = new Int32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  TABLE[byte] = value
}

/** State before the first byte. */
export const CRC32_START = -1

/** The state after further bytes; a state is carried on where several texts have the same beginning. */
export function crc32Update(state: number, bytes: Uint8Array): number {
  let crc = state
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8)
  return crc
}

/** The value of a state: a whole number from 0 to 2^32 - 1. */
export function crc32Of(state: number): number {
  return ~state >>> 0
}

/** CRC-32 of the bytes. */
export function crc32(bytes: Uint8Array): number {
  return crc32Of(crc32Update(CRC32_START, bytes))
}
