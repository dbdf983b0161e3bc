/** Pods that admission refuses: limit ranges and quotas. */
import { showCpu, showMemory } from '../../../sim/index.ts'
import type { Drafts } from '../drafts.ts'
import type { Findings } from '../findings.ts'
import type { Amounts, LimitRangeItem, ManifestWorkload, Quota } from '../model.ts'
import { at, nameOf } from './report.ts'

/** Templates against the limit ranges and quotas of their namespace. */
export function quotaChecks({ workloads, limitRanges, quotas, claims }: Drafts, findings: Findings): void {
  for (const range of limitRanges)
    for (const workload of workloads.filter(({ namespace }) => namespace === range.namespace))
      for (const item of range.limits)
        for (const problem of outsideOf(workload, item))
          findings.warn(at(workload), `${problem} of ${nameOf(range)}; the API server refuses the pods`)
  for (const quota of quotas) {
    const own = workloads.filter(({ namespace, controller }) => namespace === quota.namespace && controller.kind !== 'DaemonSet')
    overQuota(quota, own, claims.filter(({ namespace }) => namespace === quota.namespace).length, findings)
  }
}

const shown = (resource: string, amount: number): string =>
  /(?:^|\.)cpu$/.test(resource) ? showCpu(amount) : /memory|storage/.test(resource) ? showMemory(amount) : String(amount)

/** What of a template is outside of an item of a limit range. */
export function outsideOf({ template }: Pick<ManifestWorkload, 'template'>, { type, max, min, maxRatio }: LimitRangeItem): string[] {
  const parts =
    type === 'Container'
      ? [...template.containers, ...template.init].map(({ name, requests, limits }) => ({ what: `container ${name}`, requests, limits }))
      : type === 'Pod'
        ? [{ what: 'the pod', requests: template.requests, limits: template.limits }]
        : []
  return parts.flatMap(({ what, requests, limits }) => [
    ...entries(max)
      .filter(([name, most]) => (limits[name] ?? requests[name] ?? 0) > most || limits[name] === undefined)
      .map(([name, most]) =>
        limits[name] === undefined
          ? `${what} has no ${name} limit, with a max`
          : `${what} has a ${name} limit of ${shown(name, limits[name])}, more than the max ${shown(name, most)}`,
      ),
    ...entries(min)
      .filter(([name, least]) => (requests[name] ?? 0) < least)
      .map(([name, least]) => `${what} requests ${shown(name, requests[name] ?? 0)} ${name}, less than the min ${shown(name, least)}`),
    ...entries(maxRatio)
      .filter(([name, most]) => (limits[name] ?? 0) * 1000 > (requests[name] ?? 0) * most)
      .map(([name, most]) => `${what} has a ${name} limit more than ${most / 1000} times its request, the maxLimitRequestRatio`),
  ])
}

const entries = (amounts: Amounts): [string, number][] => Object.entries(amounts)

/** The pods that a workload has when it is complete. */
const podsOf = ({ replicas, controller }: ManifestWorkload): number =>
  replicas ?? (controller.kind === 'Job' ? controller.parallelism : controller.kind === 'CronJob' ? controller.job.parallelism : 0)

function overQuota(quota: Quota, workloads: readonly ManifestWorkload[], claims: number, findings: Findings): void {
  if (quota.scopes.length > 0) return
  for (const [name, hard] of entries(quota.hard)) {
    const [, list, resource] = /^(requests\.|limits\.)?(.*)$/.exec(name) ?? []
    const key = list === 'limits.' ? 'limits' : 'requests'
    const missing =
      list === undefined && !['cpu', 'memory', 'ephemeral-storage'].includes(resource)
        ? []
        : workloads.filter(({ template }) => template[key][resource] === undefined)
    const amount =
      resource === 'pods'
        ? workloads.reduce((sum, one) => sum + podsOf(one), 0)
        : resource === 'persistentvolumeclaims'
          ? claims
          : workloads.reduce((sum, one) => sum + podsOf(one) * (one.template[key][resource] ?? 0), 0)
    if (amount > hard)
      findings.warn(
        at(quota, `spec.hard.${name}`),
        `allows ${shown(name, hard)} ${name}, but the workloads of the namespace ask for ${shown(name, amount)}; some of their pods are refused`,
      )
    const counted = ['cpu', 'memory'].includes(resource)
    if (counted && missing.length > 0)
      findings.warn(
        at(quota, `spec.hard.${name}`),
        `bounds ${name}, but ${missing.map(nameOf).join(', ')} set none; the API server refuses the pods`,
      )
  }
}
