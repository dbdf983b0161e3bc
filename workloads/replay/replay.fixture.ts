/** Traffic of small traces, for tests. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RequestSource } from '../../sim/index.ts'
import type { TraceTraffic, WorkSpec } from '../requests/spec.ts'
import { streams } from '../streams.fixture.ts'
import { bundledFile, bundledTrace } from '../traces/bundled.ts'
import { openReplay } from './requests.ts'

export const WORK: WorkSpec = { wait: { kind: 'constant', value: 5 }, cpu: { kind: 'exponential', mean: 1000 } }

export function traffic(format: string, file: string, more: Partial<TraceTraffic> = {}): TraceTraffic {
  return {
    pattern: 'trace',
    trace: format,
    format,
    file,
    from: 0,
    speedUp: 1,
    scale: 1,
    cpu: null,
    wait: null,
    bootstrap: null,
    rate: 1,
    ends: null,
    digest: '',
    ...more,
  }
}

/** A bundled trace. */
export function bundled(name: string, more: Partial<TraceTraffic> = {}): TraceTraffic {
  const trace = bundledTrace(name)
  if (trace === undefined) throw new Error(`no trace ${name}`)
  return traffic(trace.format, fileURLToPath(new URL(`../../${bundledFile(trace)}`, import.meta.url)), more)
}

/** Writes a file and returns its name. */
export function written(folder: string, name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

export const open = (spec: TraceTraffic, seed: string | number = 1, work: WorkSpec = WORK): RequestSource =>
  openReplay(spec, work, streams(seed))

export interface Request {
  readonly time: number
  readonly wait: number
  readonly work: number
  readonly key: number
}

/** All requests, or the first ones. */
export function requestsOf(source: RequestSource, most = Infinity): Request[] {
  const all: Request[] = []
  for (let time = source.next(); time < Infinity && all.length < most; time = source.next())
    all.push({ time, wait: source.wait, work: source.work, key: source.key })
  return all
}

export const timesOf = (source: RequestSource, most = Infinity): number[] => requestsOf(source, most).map(({ time }) => time)
