/** Amounts of resources as Kubernetes reads them, and what the scheduler counts of a pod. */
import { readCpuUp, readMemoryUp, UnitError } from '../../sim/index.ts'
import type { Amounts } from './model.ts'

/** Largest number of devices and other named resources. */
const MAX_COUNT = 1_000_000_000

/** An amount of a resource: cpu in millicores, others in bytes or as a count, rounded up as the API server does. Throws a UnitError. */
export function readAmount(resource: string, value: unknown): number {
  return isCpu(resource) ? readCpuUp(value) : isBytes(resource) ? readMemoryUp(value) : readCount(value)
}

/** A whole number, which may be written as a quantity (110, "8", 1k). Throws a UnitError. */
export function readCount(value: unknown): number {
  const count = readMemoryUp(value)
  if (count > MAX_COUNT) throw new UnitError(`found ${String(value)}; accepted: a whole number of at most ${MAX_COUNT}`)
  return count
}

/** Names of quotas end in the name of the resource: requests.cpu. */
const isCpu = (resource: string): boolean => /(?:^|\.)cpu$/.test(resource)
const isBytes = (resource: string): boolean => /(?:^|\.)(?:memory|storage|ephemeral-storage)$|^(?:requests\.)?hugepages-/.test(resource)

/** Whether the amount is written in thousandths of a byte, as by `memory: 512m`. */
export const isMilliBytes = (resource: string, value: unknown): boolean =>
  isBytes(resource) && typeof value === 'string' && /^[\d.]+m$/.test(value)

/** Amounts resource by resource: absent ones are 0. */
export function combined(a: Amounts, b: Amounts, combine: (a: number, b: number) => number): Record<string, number> {
  const all: Record<string, number> = { ...a }
  for (const name of Object.keys(a)) all[name] = combine(a[name], b[name] ?? 0)
  for (const name of Object.keys(b)) if (!Object.hasOwn(a, name)) all[name] = combine(0, b[name])
  return all
}

const sum = (a: number, b: number): number => a + b

/** The amounts of one container, and whether it is a sidecar among the init containers. */
export interface Counted {
  readonly amounts: Amounts
  readonly sidecar?: boolean
}

/**
 * What the scheduler counts of a pod: the containers and sidecars together, or an init container with the sidecars started before it if
 * that is more; overhead is added. Source: Kubernetes 1.34, component-helpers resource/helpers.go, PodRequests.
 */
export function effectiveAmounts(containers: readonly Counted[], init: readonly Counted[], overhead: Amounts = {}): Amounts {
  let running: Amounts = containers.reduce((all, { amounts }) => combined(all, amounts, sum), {})
  let sidecars: Amounts = {}
  let starting: Amounts = {}
  for (const { amounts, sidecar } of init) {
    const beside = combined(amounts, sidecars, sum)
    if (sidecar === true) {
      running = combined(running, amounts, sum)
      sidecars = beside
    }
    starting = combined(starting, beside, Math.max)
  }
  return combined(combined(running, starting, Math.max), overhead, sum)
}

/** Amounts with those of `fallback` for absent resources. */
export const filled = (amounts: Amounts, fallback: Amounts): Amounts => ({ ...fallback, ...amounts })

/** Resources of the first that every one of the lists names. */
export function inAll(amounts: Amounts, lists: readonly Amounts[]): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => lists.every((list) => Object.hasOwn(list, name))))
}
