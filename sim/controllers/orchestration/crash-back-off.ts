/**
 * How long a kubelet waits before it starts a container again. The first restart is immediate; then 10 s, doubled up to 300 s; a container
 * that ran for more than 600 s since its last restart starts from the beginning.
 * Source: Kubernetes 1.34 pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff), client-go/util/flowcontrol/backoff.go.
 */
import type { Time } from '../../common/ids.ts'

const FIRST: Time = 10_000_000
const LONGEST: Time = 300_000_000

/** State of a container's back-off; `wait` 0: it has never exited. */
export interface BackOff {
  wait: Time
  /** When it was last restarted, or is going to be. */
  last: Time
}

/** The time of the restart of a container that exits now; updates `state`. */
export function restartTime(state: BackOff, now: Time): Time {
  if (state.wait === 0 || now - state.last > 2 * LONGEST) {
    state.wait = FIRST
    state.last = now
    return now
  }
  const time = now + state.wait
  state.wait = Math.min(2 * state.wait, LONGEST)
  state.last = time
  return time
}
