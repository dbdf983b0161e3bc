/** Power of a server by utilization: piecewise linear, as SPECpower reports it at steps of 10 %. */

/** Published results of SPECpower_ssj2008 at 0, 10, ..., 100 % of the load [W], as reproduced in Beloglazov and Buyya 2012 and CloudSim. */
export const POWER_CURVES = {
  'hp-ml110-g4': [86, 89.4, 92.6, 96, 99.5, 102, 106, 108, 112, 114, 117],
  'hp-ml110-g5': [93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135],
  'ibm-x3250-x3470': [41.6, 46.7, 52.3, 57.9, 65.4, 73, 80.7, 89.5, 99.6, 105, 113],
  'ibm-x3550-x5675': [58.4, 98, 109, 118, 128, 140, 153, 170, 189, 205, 222],
} as const

/** Power at a utilization, linear between the points of the curve [W]. */
export function powerAt(curve: readonly number[], utilization: number): number {
  const steps = curve.length - 1
  const place = Math.min(1, Math.max(0, utilization)) * steps
  const below = Math.min(steps - 1, Math.floor(place))
  return curve[below] + (place - below) * (curve[below + 1] - curve[below])
}
