/**
 * When a kubelet tries again to get an image that it could not pull. The back-off of a pod and image is 10 s, doubled up to 300 s; the pod is
 * looked at again 10 to 15 s after each failed sync, and an attempt is made at the first look after the back-off.
 * Source: Kubernetes 1.34 pkg/kubelet/kubelet.go (imageBackOffPeriod, MaxImageBackOff, backOffPeriod), pkg/kubelet/images/image_manager.go,
 * client-go/util/flowcontrol/backoff.go.
 */
import type { Time } from '../../common/ids.ts'

const FIRST: Time = 10_000_000
const LONGEST: Time = 300_000_000
const SYNC: Time = 10_000_000
/** A sync comes later by up to this share. */
const JITTER = 0.5

/** Of a pod and its image. */
export interface ImageBackOff {
  wait: Time
  /** When the last attempt failed. */
  last: Time
}

/** An attempt fails now; the back-off of the ones before, if any, grows or, when the last one is long ago, starts again. */
export function failedAgain(before: ImageBackOff | undefined, now: Time): ImageBackOff {
  const expired = before === undefined || now - before.last > 2 * LONGEST
  return { wait: expired ? FIRST : Math.min(2 * before.wait, LONGEST), last: now }
}

/** The next sync of a pod after one that failed. */
export const nextSync = (now: Time, u: number): Time => now + Math.floor(SYNC * (1 + JITTER * u))

/** The first sync at which the image is pulled again, and the number of syncs before it that only waited; `draw` has a uniform for each. */
export function nextAttempt({ wait, last }: ImageBackOff, draw: (sync: number) => number): { readonly time: Time; readonly waits: number } {
  let time = last
  let waits = -1
  do {
    time = nextSync(time, draw(++waits))
  } while (time - last < wait)
  return { time, waits }
}
