/** What the tests of generators measure against: distances and intervals, and sources that are read to the end of a window. */
import type { PodSource } from '../../sim/index.ts'
import type { Arrivals } from './arrivals.ts'

/** Kolmogorov–Smirnov distance to a law, times √n: below 1.63 in 99 of 100 samples of the law (Kolmogorov 1933). */
export function kolmogorov(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b)
  const n = sorted.length
  let distance = 0
  sorted.forEach((x, i) => {
    const p = cdf(x)
    distance = Math.max(distance, p - i / n, (i + 1) / n - p)
  })
  return distance * Math.sqrt(n)
}
export const KOLMOGOROV_99 = 1.63

export function unitExponential(x: number): number {
  return 1 - Math.exp(-x)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Distance of the mean from what is expected, in standard errors: Student's t. */
export function student(values: readonly number[], expected: number): number {
  const m = mean(values)
  const variance = values.reduce((sum, value) => sum + (value - m) * (value - m), 0) / (values.length - 1)
  return (m - expected) / Math.sqrt(variance / values.length)
}

/** Arrivals before `end`. */
export function timesUntil(arrivals: Pick<Arrivals, 'next'>, end: number): number[] {
  const times: number[] = []
  for (let time = arrivals.next(); time < end; time = arrivals.next()) times.push(time)
  return times
}

export interface DrawnPod {
  readonly time: number
  readonly shape: number
  readonly duration: number
}

/** Pods that come before `end`. */
export function podsUntil(source: PodSource, end: number): DrawnPod[] {
  const pods: DrawnPod[] = []
  for (let time = source.next(); time < end; time = source.next()) pods.push({ time, shape: source.shape, duration: source.duration })
  return pods
}

/** Time average over [0, end] of what the pods that are there ask for. */
export function askedOnAverage(pods: readonly DrawnPod[], demand: (shape: number) => number, end: number): number {
  return pods.reduce((sum, pod) => sum + demand(pod.shape) * (Math.min(end, pod.time + pod.duration) - pod.time), 0) / end
}
