/** IP addresses and subnets in text form, for the constraint `node.ip`. */

/** The 16 bytes of an IPv6 address; an IPv4 address is mapped to ::ffff:a.b.c.d. Null when the text is no address. */
export function parseAddress(text: string): readonly number[] | null {
  if (!text.includes(':')) {
    const bytes = parseDotted(text)
    return bytes === null ? null : [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...bytes]
  }
  const halves = text.split('::')
  if (halves.length > 2) return null
  const head = parseGroups(halves[0])
  const tail = halves.length === 2 ? parseGroups(halves[1]) : []
  if (head === null || tail === null) return null
  const missing = 16 - head.length - tail.length
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail]
}

/** Tells whether the address lies in a subnet `ADDRESS/BITS`. Null when the text is no subnet. */
export function parseSubnet(text: string): ((address: readonly number[] | null) => boolean) | null {
  const [base, length, ...rest] = text.split('/')
  const bytes = parseAddress(base)
  if (bytes === null || rest.length > 0 || length === undefined || !/^\d+$/.test(length)) return null
  const short = !base.includes(':')
  const bits = Number(length) + (short ? 96 : 0)
  if (bits > 128) return null
  return (address) => address !== null && isMapped(address) === short && samePrefix(address, bytes, bits)
}

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255

function samePrefix(a: readonly number[], b: readonly number[], bits: number): boolean {
  const whole = Math.floor(bits / 8)
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false
  const rest = bits % 8
  return rest === 0 || a[whole] >> (8 - rest) === b[whole] >> (8 - rest)
}

function parseDotted(text: string): number[] | null {
  const parts = text.split('.')
  const valid = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  return valid ? parts.map(Number) : null
}

/** Groups of hexadecimal digits between colons; the last one may be a dotted IPv4 address. */
function parseGroups(text: string): number[] | null {
  const bytes: number[] = []
  if (text === '') return bytes
  const groups = text.split(':')
  for (const [i, group] of groups.entries()) {
    const dotted = i === groups.length - 1 && group.includes('.') ? parseDotted(group) : null
    if (dotted !== null) bytes.push(...dotted)
    else if (/^[0-9a-f]{1,4}$/i.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 255)
    else return null
  }
  return bytes
}
