/**
 * The azure-llm format: requests to a language model with prompt and output tokens. The published files have time stamps, the bundled ones
 * seconds from the first request. Source: Patel et al. 2024, Splitwise: Efficient Generative LLM Inference Using Phase Splitting, ISCA; Azure Public Dataset, 2023.
 */
import { hasColumns, type RowFormat } from './format.ts'
import { OrderedRows } from './order.ts'
import { Table } from './table.ts'
import { requestRow } from './trace.ts'

const RELATIVE = ['t_s', 'context_tokens', 'generated_tokens']
const PUBLISHED = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens']
const AT = { time: 0, prompt: 1, output: 2 } as const
const MAX_TOKENS = 1e9

export const azureLlm: RowFormat<'requests'> = {
  name: 'azure-llm',
  kind: 'requests',
  title: 'requests to a language model: prompt and output tokens',
  columns: ['t_s | TIMESTAMP', 'context_tokens | ContextTokens', 'generated_tokens | GeneratedTokens'],
  source: 'Patel et al. 2024, Splitwise, ISCA; Azure Public Dataset 2023',
  fits: (line) => hasColumns(line, RELATIVE, PUBLISHED),
  open(lines) {
    const table = new Table(lines, RELATIVE, PUBLISHED)
    const { row } = table
    let zero = -1
    const rows = new OrderedRows(
      lines.file,
      {
        make: requestRow,
        read(into) {
          if (!table.next()) return false
          const time = table.kind === 0 ? row.seconds(AT.time) : row.instant(AT.time)
          if (zero < 0) zero = table.kind === 0 ? 0 : time
          if (time < zero) row.refuse(AT.time, 'a time at or after that of the first row')
          into.line = row.line
          into.arrival = time - zero
          into.sizes[0] = row.whole(AT.prompt, MAX_TOKENS)
          into.sizes[1] = row.whole(AT.output, MAX_TOKENS)
          return true
        },
      },
      table.kind === 0 ? RELATIVE[0] : PUBLISHED[0],
    )
    return Object.assign(rows, { sizeNames: ['context_tokens', 'generated_tokens'] })
  },
}
