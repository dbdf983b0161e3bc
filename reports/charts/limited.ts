/**
 * Draws specifications that were not written here, within limits of time, memory and size. Vega runs expressions of the specification: a
 * regular expression can take longer than the universe has, a sequence more memory than the machine has. Neither can be seen in the
 * text, and neither can be interrupted from within, nor from another thread when memory runs out; hence a process.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer } from './apart.ts'
import { ChartError } from './own-spec.ts'
import type { Drawing } from './render.ts'
import type { ChartSpec } from './theme.ts'

/** The limits of one drawing. */
export interface DrawingLimits {
  readonly seconds: number
  /** Of the heap [MiB]. */
  readonly memory: number
  /** Of the SVG [MiB]. */
  readonly size: number
  /** Of the picture, width times height [millions of pixels of the SVG]. */
  readonly pixels: number
}

/** Charts of twenty variants take under two seconds and 200 MiB. */
export const DRAWING_LIMITS: DrawingLimits = { seconds: 30, memory: 1024, size: 64, pixels: 64 }

const MIB = 1_048_576

/** Renders a specification as `renderSvg` does, in a process of its own. Throws a ChartError at a limit, an Error when vega cannot draw it. */
export async function renderLimited(spec: ChartSpec, limits = DRAWING_LIMITS): Promise<Drawing> {
  const answer = await askProcess(JSON.stringify(spec), limits)
  if ('failed' in answer) throw new Error(answer.failed)
  const [, width, height] = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(answer.svg) ?? []
  const pixels = (Number(width) * Number(height)) / 1e6
  if (pixels > limits.pixels)
    throw new ChartError(`the picture would have ${Math.ceil(pixels)} million pixels; accepted: at most ${limits.pixels} million`)
  return answer
}

function askProcess(input: string, { seconds, memory, size }: DrawingLimits): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const boot = fileURLToPath(new URL('./apart.mjs', import.meta.url))
    const drawing = spawn(process.execPath, [`--max-old-space-size=${memory}`, boot], { stdio: ['pipe', 'pipe', 'ignore'] })
    const parts: Buffer[] = []
    let length = 0
    let refusal: string | null = null
    const refuse = (reason: string): void => {
      refusal ??= reason
      drawing.kill('SIGKILL')
    }
    const clock = setTimeout(
      () => refuse(`drawing took longer than ${seconds} s; accepted: fewer rows, and regular expressions without nested repetition`),
      seconds * 1000,
    )
    drawing.stdout.on('data', (part: Buffer) => {
      parts.push(part)
      length += part.length
      if (length > size * MIB) refuse(`the drawing has more than ${size} MiB; accepted: fewer marks`)
    })
    // A process that has ended no longer reads its input; the event `close` says why.
    drawing.stdin.on('error', () => undefined)
    drawing.on('error', (error) => refuse(`the process that draws did not start: ${error.message}`))
    drawing.on('close', () => {
      clearTimeout(clock)
      if (refusal !== null) {
        reject(new ChartError(refusal))
        return
      }
      try {
        resolve(JSON.parse(Buffer.concat(parts).toString('utf8')) as Answer)
      } catch {
        reject(new ChartError(`drawing needed more than ${memory} MiB of memory; accepted: fewer rows, such as a shorter sequence`))
      }
    })
    drawing.stdin.end(input)
  })
}
