/** What an arrival pattern consists of: its specification, its checks, and how it is opened. */
import type { DistributionSpec, RandomStream } from '../../sim/random/index.ts'
import type { Arrivals } from './arrivals.ts'

/**
 * The patterns as plain data. Rates [requests/s], times [µs]. `rate` is the mean rate, unless the pattern states otherwise.
 * Rates that change in time are followed by inversion of the cumulated rate, so two rates share their random draws.
 */
export type Pattern =
  | { readonly pattern: 'poisson'; readonly rate: number }
  /** Equal gaps of 1 / rate; the first arrival is one gap after time zero. */
  | { readonly pattern: 'constant'; readonly rate: number }
  /** Independent gaps of this distribution, scaled to the mean 1 / rate. */
  | { readonly pattern: 'renewal'; readonly rate: number; readonly gaps: DistributionSpec }
  /** rate × (1 + amplitude × sin(2π (t / period + phase))); the peak is 1 + amplitude times the mean. */
  | { readonly pattern: 'diurnal'; readonly rate: number; readonly amplitude: number; readonly period: number; readonly phase: number }
  /** A sine wave each day, `weekend` times as high on two days of seven. `first`: weekday at time zero, 0 for Monday. `phase` in days. */
  | {
      readonly pattern: 'weekly'
      readonly rate: number
      readonly amplitude: number
      readonly weekend: number
      readonly day: number
      readonly phase: number
      readonly first: number
    }
  /** `rate` until `at`, then `to`, until `until` (null: to the end). */
  | { readonly pattern: 'step'; readonly rate: number; readonly to: number; readonly at: number; readonly until: number | null }
  /** `rate` until `at`, then a straight line to `to` that takes `over`, then `to`. */
  | { readonly pattern: 'ramp'; readonly rate: number; readonly to: number; readonly at: number; readonly over: number }
  /** A straight line from `rate` to `to` in each period. */
  | { readonly pattern: 'sawtooth'; readonly rate: number; readonly to: number; readonly period: number }
  /** `rate`, which climbs from `at` to `peak` times itself within `climb`, holds for `hold` and decays with time constant `decay`. */
  | {
      readonly pattern: 'flash-crowd'
      readonly rate: number
      readonly peak: number
      readonly at: number
      readonly climb: number
      readonly hold: number
      readonly decay: number
    }
  /** Hidden modes with exponential dwell times of these means; rates are in proportion to the factors. */
  | { readonly pattern: 'mmpp'; readonly rate: number; readonly modes: readonly { readonly factor: number; readonly dwell: number }[] }
  /** Sources that alternate between sending and silence, for Pareto periods with the means `on` and `off`. */
  | {
      readonly pattern: 'on-off'
      readonly rate: number
      readonly sources: number
      readonly alpha: number
      readonly on: number
      readonly off: number
    }

export type PatternName = Pattern['pattern']

/** The parameters of one pattern. */
export type PatternSpec<Name extends PatternName> = Omit<Extract<Pattern, { readonly pattern: Name }>, 'pattern'>

/** One arrival pattern. */
export interface PatternDefinition<Name extends PatternName = PatternName> {
  readonly name: Name
  /** Whether its rate depends on the time since its start. Then its clock starts with the measured run, also for jobs (late.ts). */
  readonly hasClock: boolean
  /** Checks the parameters other than `rate`; throws a RangeError through `check`. */
  check?(spec: PatternSpec<Name>, check: PatternChecks): void
  open(spec: PatternSpec<Name>, stream: RandomStream): Arrivals
}

/** Checks of parameters; each throws a RangeError that names the parameter, the pattern, what was found and what is accepted. */
export class PatternChecks {
  private readonly pattern: PatternName

  constructor(pattern: PatternName) {
    this.pattern = pattern
  }

  that(holds: boolean, parameter: string, found: unknown, accepted: string): void {
    if (!holds) throw new RangeError(`${parameter} of ${this.pattern} traffic: ${String(found)}; accepted: ${accepted}`)
  }

  /** Each of these is a finite number from 0. */
  from0(values: Readonly<Record<string, number>>): void {
    for (const [parameter, value] of Object.entries(values))
      this.that(value >= 0 && value < Infinity, parameter, value, 'a finite number from 0')
  }

  /** Each of these is a finite number above 0. */
  above0(values: Readonly<Record<string, number>>): void {
    for (const [parameter, value] of Object.entries(values))
      this.that(value > 0 && value < Infinity, parameter, value, 'a finite number above 0')
  }

  /** Amplitude and phase of a sine wave; `unit` is that of the phase. */
  wave({ amplitude, phase }: { readonly amplitude: number; readonly phase: number }, unit: string): void {
    this.that(amplitude >= 0 && amplitude <= 1, 'amplitude', amplitude, '0 to 1, or the rate would be negative')
    this.that(Number.isFinite(phase), 'phase', phase, `a number of ${unit}`)
  }
}
