/** Which devices a pod takes on a node: whole ones from the lowest index, a share on the fitting device with the least room (lowest index on ties). */
import { DEVICES, MILLI, NONE } from '../views.ts'
import type { Column } from '../views.ts'

/**
 * A mask of devices (bit d = device d), 0 when none is wanted, NONE when it does not fit.
 * @param free milli-GPU left, `devices` of them from `row * DEVICES` on
 */
export function pickDevices(free: Column, row: number, devices: number, gpus: number, gpuMilli: number): number {
  if (gpus === 0) return 0
  const first = row * DEVICES
  if (gpuMilli < MILLI) {
    let best = NONE
    for (let device = 0; device < devices; device++) {
      const left = free[first + device]
      if (left >= gpuMilli && (best === NONE || left < free[first + best])) best = device
    }
    return best === NONE ? NONE : 1 << best
  }
  let mask = 0
  let missing = gpus
  for (let device = 0; device < devices && missing > 0; device++) {
    if (free[first + device] !== MILLI) continue
    mask |= 1 << device
    missing--
  }
  return missing === 0 ? mask : NONE
}

/** Can the pod take exactly these devices: as many as it wants, each with the room it wants? The free vector of a device that is not there is 0. */
export function devicesFit(free: Column, row: number, gpus: number, gpuMilli: number, mask: number): boolean {
  if (mask < 0 || mask >= 1 << DEVICES) return false
  let count = 0
  for (let device = 0; device < DEVICES; device++) {
    if ((mask & (1 << device)) === 0) continue
    if (free[row * DEVICES + device] < gpuMilli) return false
    count++
  }
  return count === gpus
}
