/** FNV-1a hash over the bits of doubles, for tests that compare to the last bit. */
export function hashOfBits(values: Float64Array): string {
  const words = new DataView(values.buffer, values.byteOffset, values.byteLength)
  let hash = 0x811c9dc5
  for (let i = 0; i < values.byteLength; i++) hash = Math.imul(hash ^ words.getUint8(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
