/** Names, units and the clock in the recordings of controllers. */
import type { Time } from '../../../common/ids.ts'
import type { Simulator } from '../../../engine/simulator.ts'

/** A second in microseconds. */
export const SECOND = 1_000_000

/** Templates are named by capital letters in the order of their first use. */
export const letter = (template: number): string => String.fromCharCode(65 + template)

/** The number of a template's letter. */
export const numberOf = (template: string): number => template.charCodeAt(0) - 65

/** Processes all events up to `time`; the clock stands there afterwards, even when no event is pending. */
export function passUntil(simulator: Simulator, time: Time): void {
  simulator.call(time, () => {})
  simulator.run(time)
}
