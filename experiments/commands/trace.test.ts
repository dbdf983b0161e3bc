/** `orchsim trace` as a user runs it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { bundledTraces } from '../../workloads/index.ts'
import type { Screens } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { traceCommand, type TraceOptions } from './trace.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-trace-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(trace: string | undefined, options: TraceOptions = {}): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const screen = (key: 'out' | 'err') => ({
    write: (text: string) => {
      said[key] += text
      return true
    },
  })
  const code = await traceCommand(trace, options, { out: screen('out'), err: screen('err') } as unknown as Screens)
  return { code, ...said }
}

it('without a name: every bundled trace is listed', async () => {
  const { code, out } = await run(undefined)
  expect(code).toBe(EXIT.done)
  for (const { name } of bundledTraces) expect(out).toContain(`  ${name} `)
})

it('rows, span, rate, C², sizes and a chart of a bundled trace', async () => {
  const { code, out } = await run('azure-llm', { out: folder })
  expect(code).toBe(EXIT.done)
  // The data's README: 19,366 requests in 3,501.7 s, 5.53 a second, gaps of C² 1.20.
  expect(out).toMatch(/19,366 rows, 58m21s700ms/)
  expect(out).toMatch(/requests per second: 5\.53/)
  expect(out).toMatch(/gap \[s\] +19,365 .* 1\.20 /)
  expect(out).toMatch(/context_tokens +19,366 +1,155 /)
  expect(readdirSync(folder).sort()).toEqual(['trace-azure-llm.png', 'trace-azure-llm.svg', 'trace-azure-llm.vl.json'])
})

it('a part of a trace, as JSON', async () => {
  const { out } = await run('nasa-day', { from: '1h', until: '2h', json: true })
  expect(JSON.parse(out)).toMatchObject({ version: 1, kind: 'rates', rows: 3600, from: 3600, until: 7200 })
})

it('a file that fits two formats has a note about it, and --format chooses', async () => {
  const file = join(folder, 'level.csv')
  writeFileSync(file, 'timestamp,value\n2014-04-10 00:00:00,3\n2014-04-10 00:05:00,4\n')
  expect((await run(file)).out).toContain('note: nab-level has the same columns')
  expect((await run(file, { format: 'nab-level' })).out).toContain('format nab-level (usage)')
})

it.each<[string, string, TraceOptions, RegExp]>([
  ['a wrong name', 'nasaa', {}, /found "nasaa", neither a file nor a bundled trace; accepted: .* \(did you mean nasa\?\)/],
  ['a wrong format', 'nasa', { format: 'sruf' }, /found the format "sruf"; accepted: .* \(did you mean surf\?\)/],
  ['times in the wrong order', 'nasa', { from: '2h', until: '1h' }, /--until: found 1h; accepted: a time after --from/],
  ['a part without rows', 'nasa', { from: '100d' }, /found no row .* accepted: --from and --until around its rows/],
])('%s is refused', async (_, name, options, sentence) => {
  const { code, err, out } = await run(name, options)
  expect([code, out]).toEqual([EXIT.wrong, ''])
  expect(err).toMatch(sentence)
})
