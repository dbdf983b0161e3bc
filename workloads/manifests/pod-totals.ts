/** What follows from the containers of a pod: its requests, limits and quality of service. */
import { combined, effectiveAmounts, inAll, type Counted } from './quantities.ts'
import type { Amounts, Container, PodTemplate } from './model.ts'

/** The parts of a template from which its totals follow. */
export type PodParts = Pick<PodTemplate, 'containers' | 'init' | 'overhead' | 'own'>

/** Requests, limits and QoS class of a pod. */
export function totalsOf({ containers, init, overhead, own }: PodParts): Pick<PodTemplate, 'requests' | 'limits' | 'qos'> {
  const counted =
    (key: 'requests' | 'limits') =>
    (container: Container): Counted => ({ amounts: container[key], sidecar: container.sidecar })
  const plus = (amounts: Amounts): Amounts => combined(amounts, overhead, (a, b) => a + b)
  const running = [...containers, ...init.filter(({ sidecar }) => sidecar)].map(({ limits }) => limits)
  const ownRequests = { ...own.limits, ...own.requests }
  const requests = { ...effectiveAmounts(containers.map(counted('requests')), init.map(counted('requests'))), ...ownRequests }
  const limits = { ...inAll(effectiveAmounts(containers.map(counted('limits')), init.map(counted('limits'))), running), ...own.limits }
  const limited = Object.keys(limits)
  const withOverhead = Object.fromEntries(Object.entries(plus(limits)).filter(([name]) => limited.includes(name)))
  return { requests: plus(requests), limits: withOverhead, qos: qosOf([...containers, ...init], own.requests, own.limits) }
}

/** Source: Kubernetes 1.34, pkg/apis/core/v1/helper/qos/qos.go. */
function qosOf(containers: readonly Container[], podRequests: Amounts, podLimits: Amounts): PodTemplate['qos'] {
  const whole = Object.keys(podRequests).length + Object.keys(podLimits).length > 0
  const parts = whole ? [{ requests: { ...podLimits, ...podRequests }, limits: podLimits }] : containers
  const resources = ['cpu', 'memory']
  const any = parts.some(({ requests, limits }) => resources.some((name) => (requests[name] ?? 0) > 0 || (limits[name] ?? 0) > 0))
  if (!any) return 'BestEffort'
  const same = parts.every(({ requests, limits }) => resources.every((name) => (limits[name] ?? 0) > 0 && requests[name] === limits[name]))
  return same ? 'Guaranteed' : 'Burstable'
}
