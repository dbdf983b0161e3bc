/** Numbers and names as readers see them. CSV files use the shortest text that reads back as the same number instead. */

/** Power of ten of the leading digit; read from the text, because log10 may differ between versions of Node. */
function exponentOf(value: number): number {
  return Number(value.toExponential().split('e')[1])
}

/** About `digits` significant digits, thousands separated by commas, no exponent between 1e-4 and 1e9. */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return '-'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return '0'
  const exponent = exponentOf(value)
  if (exponent < -4 || exponent >= 9) return value.toExponential(digits - 1)
  return grouped(value.toFixed(Math.min(20, Math.max(0, digits - 1 - exponent))))
}

/** `value` with a fixed number of decimals, thousands separated by commas. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return formatNumber(value)
  return grouped(value.toFixed(decimals))
}

/**
 * Decimals that show two digits of `half`, or three digits of `mean` when `half` is missing or too small to be seen beside it; at most
 * `digits` digits of the larger of both.
 */
export function decimalsFor(mean: number, half: number, digits = 5): number {
  if (!Number.isFinite(mean)) return 0
  const visible = Number.isFinite(half) && half > 1e-4 * Math.abs(mean)
  const size = Math.max(Math.abs(mean), visible ? half : 0)
  if (size === 0) return 0
  const wanted = visible ? 1 - exponentOf(half) : 2 - exponentOf(size)
  return Math.min(4, Math.max(0, Math.min(wanted, digits - 1 - exponentOf(size))))
}

/** "12.3 +/- 0.4", or the mean alone when there is no interval. `sign` may be "±" where more than ASCII can be displayed. */
export function formatMean(mean: number, half: number, sign = '+/-'): string {
  if (Number.isNaN(mean)) return '-'
  const decimals = decimalsFor(mean, half)
  return Number.isFinite(half) ? `${formatFixed(mean, decimals)} ${sign} ${formatFixed(half, decimals)}` : formatFixed(mean, decimals)
}

/** Above this ratio of the longer part of an interval to the shorter one, half its width says too little. */
const LOPSIDED = 2

/** "12.3 +/- 0.4" of a mean and its interval, or "12.3 [9.9, 17.2]" when the mean is far from the middle. */
export function formatInterval({ mean, low, high }: { mean: number; low: number; high: number }, sign = '+/-'): string {
  const half = (high - low) / 2
  const [below, above] = [mean - low, high - mean]
  if (!(Math.max(below, above) > LOPSIDED * Math.min(below, above))) return formatMean(mean, half, sign)
  // As many decimals as the shorter part needs.
  const decimals = decimalsFor(mean, Math.min(below, above))
  return `${formatFixed(mean, decimals)} [${formatFixed(low, decimals)}, ${formatFixed(high, decimals)}]`
}

/** A number with its sign: "+12.3", "-0.4", "0.0". */
export function formatSigned(value: number, decimals: number): string {
  const text = formatFixed(value, decimals)
  if (/^-[0.,]*$/.test(text)) return text.slice(1)
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text
}

function grouped(text: string): string {
  const [whole, part] = text.split('.')
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return part === undefined ? spaced : `${spaced}.${part}`
}

/** A heading with its unit: "latency p99 [ms]"; pure numbers (unit "1") have none. */
export function withUnit(label: string, unit: string): string {
  return unit === '' || unit === '1' ? label : `${label} [${unit}]`
}

/** `text` without control characters, which could control a terminal or break a line: names come from users' files. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ')
}

/** At most `limit` characters; the middle is cut, since names of variants differ at their ends. */
export function shortened(text: string, limit: number): string {
  const characters = Array.from(text)
  if (characters.length <= limit) return text
  const tail = Math.floor((limit - 1) / 3)
  return `${characters.slice(0, limit - 1 - tail).join('')}…${characters.slice(characters.length - tail).join('')}`
}

/** Distinct names of at most `limit` characters: shortened, and numbered when two would become equal. */
export function distinctNames(names: readonly string[], limit: number): string[] {
  const plain = names.map((name) => plainText(name).trim())
  const short = plain.map((name) => shortened(name, limit))
  if (new Set(short).size === short.length && short.every((name) => name !== '')) return short
  return plain.map((name, i) => shortened(`${i + 1}: ${name}`, limit))
}
