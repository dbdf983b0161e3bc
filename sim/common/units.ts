/**
 * Quantities as users write them, parsed into the whole numbers that the simulator counts in, and formatted again. CPU and memory follow
 * Kubernetes quantities (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/), durations follow Go's
 * time.ParseDuration and Prometheus. Parsing is exact (decimal digits, no floating point): an amount that is not whole in the unit that is
 * counted, or is 2^53 or more, is refused, never rounded.
 */

/** A quantity that cannot be parsed; the message says what was found and what is accepted. */
export class UnitError extends Error {
  override readonly name = 'UnitError'
}

/** Powers of ten per suffix of a Kubernetes quantity. */
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
/** Powers of 1024. */
const BINARY: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 }

/** Nanoseconds per suffix of a duration. */
const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n, // U+00B5, micro sign
  μs: 1000n, // U+03BC, Greek mu
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
  y: 31_536_000_000_000_000n,
}

const DURATIONS = 'a duration in whole microseconds such as 250ms, 15s, 1h30m or 0 (units y, w, d, h, m, s, ms, us; y is 365d)'
const CPUS = 'an amount of CPU in whole millicores such as 250m, 0.5 or 2'
const MEMORIES = 'an amount of memory in whole bytes such as 512Mi, 2Gi, 1G or 1e9 (suffixes Ki, Mi, Gi, Ti, Pi, Ei, k, M, G, T, P, E)'
const RATES = 'a rate such as 800/s, 60/m, 3600/h or 1.5k/s'
const PRICES = 'a price per hour in whole micro-dollars such as 0.77/h'
const SHARES = 'a share such as 60% or 0.6'

const NUMBER = String.raw`(\d+(?:\.\d*)?|\.\d+)`
const ONE_DURATION = new RegExp(`${NUMBER}(ns|us|µs|μs|ms|s|m|h|d|w|y)`, 'y')
const QUANTITY = new RegExp(`^\\+?${NUMBER}(?:[eE]([+-]?\\d{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$`)
const RATE = new RegExp(`^${NUMBER}(k|M)?/(s|m|h|d)$`)
const PRICE = new RegExp(`^\\$?${NUMBER}/h$`)
const SHARE = new RegExp(`^${NUMBER}%$`)

/** "15s", "1h30m", "250ms", "0" [whole µs]. Parts add up, in any order, each may have a fraction, as in Go. */
export function readDuration(value: unknown): number {
  if (typeof value !== 'string') fail(value, typeof value === 'number' ? 'which has no unit' : '', DURATIONS)
  if (value === '0') return 0
  // Exact: parts are added as whole numbers of 10^-MAX_DIGITS ns.
  let total = 0n
  ONE_DURATION.lastIndex = 0
  do {
    const part = ONE_DURATION.exec(value)
    if (part === null) fail(value, '', DURATIONS)
    const [digits, scale] = decimal(part[1], MAX_DIGITS)
    total += digits * 10n ** BigInt(scale) * NANOSECONDS[part[2]]
  } while (ONE_DURATION.lastIndex < value.length)
  const microsecond = 1000n * 10n ** BigInt(MAX_DIGITS)
  if (total % microsecond !== 0n) fail(value, 'which is not a whole number of microseconds', DURATIONS)
  return safe(total / microsecond, value, DURATIONS)
}

/** "250m", "0.5", 2 [millicores, whole]. */
export function readCpu(value: unknown): number {
  return quantity(value, 3, 'millicores', CPUS)
}

/** "512Mi", "2Gi", "1e9", 1048576 [bytes, whole]. */
export function readMemory(value: unknown): number {
  return quantity(value, 0, 'bytes', MEMORIES)
}

/** As `readCpu`, with a fraction of a millicore rounded up, as the API server does. */
export function readCpuUp(value: unknown): number {
  return quantity(value, 3, 'millicores', CPUS, true)
}

/** As `readMemory`, with a fraction of a byte rounded up, as the API server does; also for counts. */
export function readMemoryUp(value: unknown): number {
  return quantity(value, 0, 'bytes', MEMORIES, true)
}

/** "800/s", "60/m", "1.5k/s" [per second; may be a fraction]. */
export function readRate(value: unknown): number {
  const parts = typeof value === 'string' ? RATE.exec(value) : null
  if (parts === null) fail(value, typeof value === 'number' ? 'which has no unit' : '', RATES)
  const times = { k: 1e3, M: 1e6, '': 1 }[parts[2] ?? '']!
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[parts[3]]!
  return (Number(parts[1]) * times) / seconds
}

/** "0.77/h", "$0.77/h" [micro-dollars per hour, whole]. */
export function readPrice(value: unknown): number {
  const parts = typeof value === 'string' ? PRICE.exec(value) : null
  if (parts === null) fail(value, typeof value === 'number' ? 'which has no unit' : '', PRICES)
  return whole(parts[1], 6, 1n, value, PRICES, 'micro-dollars')
}

/** "60%", 0.6, "0.6", all 0.6; may be above 1. */
export function readShare(value: unknown): number {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') fail(value, '', SHARES)
  const percent = SHARE.exec(text)
  if (percent !== null) return Number(percent[1]) / 100
  const parts = QUANTITY.exec(text)
  if (parts === null || parts[3] !== undefined) fail(value, '', SHARES)
  return Number(text)
}

/** Whole µs as hours, minutes, seconds, milliseconds and microseconds: 5400000000 is "1h30m". */
export function showDuration(time: number): string {
  if (time === 0) return '0s'
  let left = count(time, 'duration')
  let text = ''
  for (const [unit, size] of SHOWN_DURATIONS) {
    const units = Math.floor(left / size)
    if (units > 0) text += `${units}${unit}`
    left -= units * size
  }
  return text
}

const SHOWN_DURATIONS = [
  ['h', 3.6e9],
  ['m', 6e7],
  ['s', 1e6],
  ['ms', 1e3],
  ['us', 1],
] as const

/** Bytes in the largest unit that divides them: 1610612736 is "1536Mi", 1000000000 is "1G", 1000001 is "1000001". */
export function showMemory(bytes: number): string {
  count(bytes, 'memory')
  if (bytes === 0) return '0'
  return divided(bytes, 1024, ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi']) ?? divided(bytes, 1000, ['', 'k', 'M', 'G', 'T', 'P']) ?? String(bytes)
}

/** Millicores: 250 is "250m", 2000 is "2". */
export function showCpu(millicores: number): string {
  count(millicores, 'cpu')
  return millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`
}

function divided(amount: number, base: number, units: readonly string[]): string | undefined {
  let unit = 0
  while (unit < units.length - 1 && amount % base === 0) {
    amount /= base
    unit++
  }
  return unit === 0 ? undefined : `${amount}${units[unit]}`
}

function count(amount: number, what: string): number {
  if (!(Number.isSafeInteger(amount) && amount >= 0))
    throw new UnitError(`${what} to show: ${amount}; accepted: a whole number from 0 to 2^53 - 1`)
  return amount
}

/** A Kubernetes quantity times 10^counted, which must be whole unless it is rounded up. */
function quantity(value: unknown, counted: number, unit: string, accepted: string, up = false): number {
  const text = typeof value === 'number' ? String(value) : value
  const parts = typeof text === 'string' ? QUANTITY.exec(text) : null
  if (parts === null) fail(value, hint(text), accepted)
  const [, digits, exponent, suffix = ''] = parts
  const binary = BINARY[suffix]
  const fraction = up ? undefined : unit
  if (binary !== undefined) return whole(digits, counted, 1024n ** BigInt(binary), value, accepted, fraction)
  const power = exponent === undefined ? DECIMAL[suffix] : Number(exponent)
  return whole(digits, counted + power, 1n, value, accepted, fraction)
}

/** Common mistakes: suffixes K and B, which Kubernetes quantities do not have. */
function hint(text: unknown): string {
  if (typeof text !== 'string') return ''
  if (/^[\d.]+\s*K$/.test(text)) return 'did you mean Ki (1024) or k (1000)?'
  const bytes = /^[\d.]+\s*([kKMGTP]i?)B$/.exec(text)
  if (bytes !== null) return `did you mean ${bytes[1] === 'K' ? 'k' : bytes[1]}, without the B?`
  if (/^[\d.]+\s*(ki|mi|gi|ti|g|t|p)$/.test(text)) return 'suffixes are case-sensitive'
  if (/^-/.test(text)) return 'which is negative'
  return ''
}

/** Maximum number of digits: more than any quantity below 2^53 needs, and few enough that a hostile file costs nothing. */
const MAX_DIGITS = 40

/** digits * 10^power as (whole number, power of ten). */
function decimal(text: string, power: number): readonly [bigint, number] {
  if (text.length > MAX_DIGITS) throw new UnitError(`found a number of ${text.length} digits; accepted: at most ${MAX_DIGITS}`)
  const point = text.indexOf('.')
  if (point < 0) return [BigInt(text), power]
  const fraction = text.slice(point + 1)
  return [BigInt(text.slice(0, point) + fraction), power - fraction.length]
}

/** A fraction of the unit is refused; it is rounded up when no unit is given. */
function whole(text: string, power: number, times: bigint, value: unknown, accepted: string, unit?: string): number {
  const [digits, scale] = decimal(text, power)
  if (digits === 0n) return 0
  const product = digits * times
  if (scale >= 0) return safe(scale > MAX_DIGITS ? -1n : product * 10n ** BigInt(scale), value, accepted)
  const divisor = scale < -4 * MAX_DIGITS ? 0n : 10n ** BigInt(-scale)
  const exact = divisor !== 0n && product % divisor === 0n
  if (!exact && unit !== undefined) fail(value, `which is not a whole number of ${unit}`, accepted)
  return divisor === 0n ? 1 : safe(product / divisor + (exact ? 0n : 1n), value, accepted)
}

function safe(amount: bigint, value: unknown, accepted: string): number {
  if (amount < 0n || amount > BigInt(Number.MAX_SAFE_INTEGER)) fail(value, 'which is 2^53 or more in the unit that is counted', accepted)
  return Number(amount)
}

function fail(value: unknown, remark: string, accepted: string): never {
  // Not String(value): a map from a file may have a key toString.
  const found =
    typeof value === 'string'
      ? JSON.stringify(value)
      : typeof value === 'object' && value !== null
        ? Array.isArray(value)
          ? 'a list'
          : 'a map'
        : String(value)
  throw new UnitError(`found ${found}${remark === '' ? '' : `, ${remark}`}; accepted: ${accepted}`)
}
