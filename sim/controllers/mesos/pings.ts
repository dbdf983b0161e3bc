/**
 * When a Mesos master takes a silent agent as unreachable: pings go out every 15 s, and the fifth that is not answered in time makes it so.
 * Source: Mesos src/master/{constants.hpp,master.cpp} (agent_ping_timeout, max_agent_ping_timeouts, SlaveObserver).
 */
import type { Time } from '../../common/ids.ts'

const PING_TIMEOUT: Time = 15_000_000
const MAX_TIMEOUTS = 5

/** From the last sign of life to "unreachable". @param phase uniform in [0, 1): where between two pings the agent fell silent */
export const silenceUntilUnreachable = (phase: number): Time => (MAX_TIMEOUTS + 1) * PING_TIMEOUT - Math.floor(phase * PING_TIMEOUT)
