/** How long mounts take. */
import type { Time } from '../../common/ids.ts'
import { backOff, draw } from './draw.ts'
import type { Volume } from './volume.ts'

/** Draws of a volume: its mounts, and checks of its file system. */
const MOUNT = 3
const CHECK = 4

/** Wait after a failed mount [µs]: doubled up to the longest. Source: Kubernetes 1.34 pkg/util/goroutinemap/exponentialbackoff. */
const FIRST_WAIT: Time = 500_000
const LONGEST_WAIT: Time = 122_000_000

/** The mount, after a check of the file system when it was not unmounted. */
export function mountTime(volume: Volume): Time {
  const { driver, random } = volume
  const number = volume.mounted++
  if (driver === null) return 0
  const check = volume.dirty ? draw(driver.check, random, CHECK, number) : 0
  volume.dirty = false
  return check + draw(driver.mount, random, MOUNT, number)
}

/** The first attempt to mount, of those that begin at `first` and repeat with back-off, at which something exists that is made at `from`. */
export function nextTry(first: Time, from: Time): Time {
  if (from === Infinity) return Infinity
  let time = first
  for (let n = 0; time < from; n++) time += backOff(n, FIRST_WAIT, LONGEST_WAIT)
  return time
}
