/** One line about a running experiment: finished runs, events per second, time left. A terminal shows it in place, a log gets a line every few seconds. */
import type { Watcher } from './execute.ts'

/** Where progress is written. */
export interface Screen {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Shortest time between two lines of a log [ms]. */
const LOG_INTERVAL = 5_000

/** Prints the progress of an execution. `now` is the time [ms]. */
export class Progress implements Watcher {
  private total = 0
  private done = 0
  private failed = 0
  private kept = 0
  private events = 0
  private lastLine = 0
  private readonly begin: number
  private readonly screen: Screen
  private readonly now: () => number

  constructor(screen: Screen, now: () => number = () => performance.now()) {
    this.screen = screen
    this.now = now
    this.begin = now()
    this.lastLine = this.begin
  }

  planned(runs: number): void {
    this.total = runs
    this.show(false)
  }

  ended(_run: unknown, result: { readonly events: number } | undefined): void {
    this.done++
    if (result === undefined) this.failed++
    else this.events += result.events
    this.show(this.done === this.total)
  }

  resumed(): void {
    this.done++
    this.kept++
    this.show(this.done === this.total)
  }

  /** A line while charts and the report are drawn, on a terminal only: it is erased when they are. */
  async drawing<T>(draw: () => Promise<T>): Promise<T> {
    if (this.screen.isTTY !== true) return draw()
    this.screen.write('drawing charts and the report')
    try {
      return await draw()
    } finally {
      this.screen.write('\r\x1b[K')
    }
  }

  /** Ends the line, so that later output begins on its own. */
  close(): void {
    if (this.screen.isTTY === true && this.total > 0) this.screen.write('\n')
  }

  text(): string {
    const seconds = (this.now() - this.begin) / 1000
    const parts = [`${this.done} of ${this.total} runs`]
    if (this.failed > 0) parts.push(`${this.failed} failed`)
    if (this.kept > 0) parts.push(`${this.kept} from an earlier call`)
    const own = this.done - this.kept
    if (own > 0) {
      parts.push(`${short(this.events / Math.max(seconds, 1e-3))} events/s`)
      parts.push(this.done < this.total ? `${clock((seconds / own) * (this.total - this.done))} left` : `${clock(seconds)} in total`)
    }
    return parts.join(' · ')
  }

  private show(last: boolean): void {
    if (this.screen.isTTY === true) {
      // Return to the start of the line, write, and erase the rest of a longer line.
      this.screen.write(`\r${this.text()}\x1b[K`)
      return
    }
    if (!last && this.now() - this.lastLine < LOG_INTERVAL) return
    this.lastLine = this.now()
    this.screen.write(`${this.text()}\n`)
  }
}

/** A number with three digits and a letter: 12.3 k. */
export function short(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toPrecision(3)} G`
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`
  if (value >= 1e3) return `${(value / 1e3).toPrecision(3)} k`
  return value.toFixed(0)
}

/** A duration [s], rounded up: 1m05s. */
export function clock(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`
}
