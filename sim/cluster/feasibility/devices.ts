/** The devices that a pod takes on a node: whole ones from the lowest index, a share on the fitting device with the least free (lowest index on ties). */
import type { DeviceMask } from '../../common/ids.ts'
import { DEVICES, MILLI, NONE } from '../views.ts'
import type { Column } from '../views.ts'

/**
 * The devices that a pod would take; 0 when it requests none, NONE when they do not fit.
 * @param free [milli-GPU], device d of the row at row * DEVICES + d
 * @param devices number of devices of the row
 */
export function pickDevices(free: Column, row: number, devices: number, gpus: number, gpuMilli: number): DeviceMask {
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

/** Whether a pod can take exactly these devices: their number is `gpus`, and each has `gpuMilli` free. `free` is 0 for devices that a node does not have. */
export function devicesFit(free: Column, row: number, gpus: number, gpuMilli: number, mask: DeviceMask): boolean {
  if (mask < 0 || mask >= 1 << DEVICES) return false
  let count = 0
  for (let device = 0; device < DEVICES; device++) {
    if ((mask & (1 << device)) === 0) continue
    if (free[row * DEVICES + device] < gpuMilli) return false
    count++
  }
  return count === gpus
}
