/** Draws the specification that arrives at the standard input, and writes the drawing to the standard output. Runs in a process of its own. */
import { text } from 'node:stream/consumers'
import { renderSvg } from './render.ts'
import type { ChartSpec } from './theme.ts'

/** What the process answers: a drawing, or the message of an error. */
export type Answer =
  { readonly svg: string; readonly warnings: readonly string[]; readonly errors: readonly string[] } | { readonly failed: string }

/** Reads, draws, answers. */
export async function drawInput(): Promise<void> {
  process.stdout.write(JSON.stringify(await answerTo(await text(process.stdin))))
}

async function answerTo(input: string): Promise<Answer> {
  try {
    return await renderSvg(JSON.parse(input) as ChartSpec)
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}
