/** Results by service and by call, beside those of the whole run: who is slow, and who fails, along a chain of services. */
import { NONE, type Time } from '../common/ids.ts'
import type { SimulationInput } from '../input.ts'
import type { Imbalance } from '../measure/imbalance.ts'
import { Cause, type Ledger } from '../measure/ledger.ts'
import type { Clients } from '../serving/clients.ts'
import { ServerState, type Servers } from '../serving/servers.ts'
import { RequestTotals } from './request-metrics.ts'
import type { ScopeResult } from './results.ts'
import { put, type Sheet } from './sheet.ts'
import { SCOPE_METRICS, type ScopeMetricId } from './standard.ts'

/** What the results by service are made from. */
export interface ScopesRun {
  readonly clients: Clients
  readonly imbalance: readonly Imbalance[]
  readonly servers: Servers
  readonly input: SimulationInput
  readonly times: { readonly windowStart: Time; readonly end: Time }
}

/** A result per service, then per call; none when there is one service and no call, whose results are those of the run. */
export function scopes(run: ScopesRun, now: Time): ScopeResult[] {
  const { input, clients, imbalance } = run
  const { services, calls = [] } = input
  if (services.length + calls.length < 2) return []
  const perPod = requestsPerPod(run)
  const byService = services.map(({ name }, service): ScopeResult => {
    const ledgers = clients.all.filter(({ spec }) => spec.service === service).map(({ ledger }) => ledger)
    const sheet = sheetOf(run, ledgers)
    put(sheet, 'in-flight-imbalance', imbalance[service].mean(now))
    put(sheet, 'requests-per-pod', perPod[service])
    return { kind: 'service', name, ...sheet }
  })
  const edges = clients.all.filter(({ call }) => call !== null)
  return [...byService, ...edges.map(({ spec, ledger }): ScopeResult => ({ kind: 'call', name: spec.name, ...sheetOf(run, [ledger]) }))]
}

function sheetOf({ times }: ScopesRun, ledgers: readonly Ledger[]): Sheet<ScopeMetricId> & Pick<ScopeResult, 'latency'> {
  const totals = new RequestTotals()
  for (const ledger of ledgers) totals.add(ledger)
  const window = times.end - times.windowStart
  const sheet: Sheet<ScopeMetricId> = { metrics: Object.fromEntries(SCOPE_METRICS.map(({ id }) => [id, null])), refused: {} }
  const all: Sheet = { metrics: {}, refused: sheet.refused }
  totals.put(all, window)
  for (const { id } of SCOPE_METRICS) sheet.metrics[id] = all.metrics[id as keyof typeof all.metrics] ?? null
  put(sheet, 'requests', (totals.arrived * 1e6) / window)
  put(sheet, 'errors-cancelled', totals.share(Cause.Cancelled))
  return { ...sheet, latency: totals.latency.toSparse() }
}

/**
 * By service: tries that entered a pod in the window, largest over mean of the pods that were ready during the whole window, so that all of
 * them had the same time; NaN with fewer than two such pods, or without tries.
 */
export function requestsPerPod({ servers, times, input }: Pick<ScopesRun, 'servers' | 'times' | 'input'>): Float64Array {
  const services = input.services.length
  const pods = new Float64Array(services)
  const sum = new Float64Array(services)
  const most = new Float64Array(services)
  for (let server = 0; server < servers.high; server++) {
    const service = servers.service[server]
    if (service === NONE || servers.pod[server] === NONE) continue
    if (servers.state[server] !== ServerState.Accepting || servers.listed[server] === 0 || servers.opened[server] > times.windowStart)
      continue
    pods[service]++
    sum[service] += servers.entered[server]
    most[service] = Math.max(most[service], servers.entered[server])
  }
  return most.map((largest, service) => (pods[service] < 2 ? NaN : (largest * pods[service]) / sum[service]))
}
