/**
 * When the dispatcher of a Swarm manager takes a silent node as down. The agent sends a heartbeat whenever the period that the last answer
 * gave has passed: 5 s, more or less by up to 0.5 s; the node is down when none came for three such periods.
 * Source: swarmkit manager/dispatcher/{dispatcher,nodes,period}.go.
 */
import type { Time } from '../../common/ids.ts'

const PERIOD: Time = 5_000_000
const EPSILON: Time = 500_000
const GRACE_MULTIPLIER = 3

/**
 * From the last sign of life to "down". @param length, phase uniforms in [0, 1): of the present period, and of where in it the node fell silent.
 * A longer period is more likely to be the present one, in proportion to its length.
 */
export function silenceUntilDown(length: number, phase: number): Time {
  const [least, most] = [PERIOD - EPSILON, PERIOD + EPSILON]
  const period = Math.round(Math.sqrt(least * least + length * (most * most - least * least)))
  return GRACE_MULTIPLIER * period - Math.floor(phase * period)
}
