/**
 * The mooncake format: chat requests with the identities of their prefix blocks of 512 tokens, a JSON object per line. Requests with equal
 * leading identities have an equal prefix, which a server can cache. Source: Qin et al. 2025, Mooncake: Trading More Storage for Less
 * Computation, FAST.
 *
 * The key of a request is its second block, or its first if there is no second. The first block, the system prompt, is the same in all
 * requests of the bundled trace; later blocks distinguish few more sessions (of 12,031 requests 7,373 keys by the second block, 7,900 by
 * the third, 8,829 by the seventh).
 */
import type { RowFormat } from './format.ts'
import type { Lines } from './lines.ts'
import { shown, TraceError } from './error.ts'
import { OrderedRows } from './order.ts'
import { requestRow, type RequestRow } from './trace.ts'

const COLUMNS = ['timestamp', 'input_length', 'output_length', 'hash_ids'] as const
const MAX_TOKENS = 1e9
/** Keeps microseconds below 2^53. */
const MAX_MILLISECONDS = 9e12
const MAX_BLOCKS = 4_294_967_295

export const mooncake: RowFormat<'requests'> = {
  name: 'mooncake',
  kind: 'requests',
  title: 'chat requests: prompt and output tokens, and the prefix blocks that can be cached',
  columns: COLUMNS,
  source: 'Qin et al. 2025, Mooncake, FAST',
  fits: (line) => line.startsWith('{') && COLUMNS.every((column) => line.includes(`"${column}"`)),
  open(lines) {
    let visited = false
    const rows = new OrderedRows(
      lines.file,
      {
        make: requestRow,
        read(into) {
          for (let text = lines.next(); text !== undefined; text = lines.next()) {
            if (text.trim() === '') continue
            visited = true
            fill(into, text, lines)
            return true
          }
          if (!visited) throw new TraceError({ file: lines.file, line: lines.line + 1 }, 'no row', 'at least one row')
          return false
        },
      },
      'timestamp',
    )
    return Object.assign(rows, { sizeNames: ['input_length', 'output_length'] })
  },
}

function fill(into: RequestRow, text: string, { file, line }: Lines): void {
  const fields = parsed(text, file, line)
  const number = (column: (typeof COLUMNS)[number], most: number): number => {
    const value = fields[column]
    if (typeof value === 'number' && value >= 0 && value <= most && Number.isInteger(value)) return value
    throw new TraceError(
      { file, line, column },
      value === undefined ? 'nothing' : shown(JSON.stringify(value)),
      `a whole number from 0 to ${most}`,
    )
  }
  into.line = line
  into.arrival = number('timestamp', MAX_MILLISECONDS) * 1000
  into.sizes[0] = number('input_length', MAX_TOKENS)
  into.sizes[1] = number('output_length', MAX_TOKENS)
  const blocks: unknown = fields['hash_ids']
  if (!Array.isArray(blocks) || !blocks.every(isBlock)) {
    throw new TraceError(
      { file, line, column: 'hash_ids' },
      blocks === undefined ? 'nothing' : shown(JSON.stringify(blocks)),
      `a list of whole numbers from 0 to ${MAX_BLOCKS}`,
    )
  }
  into.blocks = blocks
  into.key = blocks.length === 0 ? -1 : blocks[Math.min(1, blocks.length - 1)]
}

function isBlock(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_BLOCKS
}

function parsed(text: string, file: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new TraceError({ file, line }, shown(text), `a JSON object with ${COLUMNS.join(', ')}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw new TraceError({ file, line }, shown(text), `a JSON object with ${COLUMNS.join(', ')}`)
}
