/** Fills the metrics of balancers (balancing-rows.ts). Nothing is filled where no service has a key that they are about. */
import { NONE, type Time } from '../common/ids.ts'
import type { SimulationInput } from '../input.ts'
import type { Network } from '../network/network.ts'
import { noCounts } from '../network/views/viewed-route.ts'
import type { Clients } from '../serving/clients.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import { ServerState, type Servers } from '../serving/servers.ts'
import { put, type Sheet } from './sheet.ts'

/** What the metrics are made from. */
export interface BalancingRun {
  readonly input: SimulationInput
  readonly network: Network
  readonly clients: Clients
  readonly servers: Servers
  readonly shares: CpuShares
  readonly times: { readonly windowStart: Time }
}

/** Fills what the services' keys make meaningful; `now` is the horizon. */
export function balancingMetrics(run: BalancingRun, now: Time, sheet: Sheet): void {
  const { input, network, clients, shares } = run
  const { sent, work } = network.probes
  let tries = 0
  for (const { ledger } of clients.all) tries += ledger.windowTries
  if (sent > 0) put(sheet, 'probes-per-request', sent / tries)
  if (work > 0) put(sheet, 'probe-cost', (100 * work) / (shares.delivered.integral(now) / 1000))
  const { picks, crossings, ejections } = network.guarded()
  crossZone(run, picks, crossings, sheet)
  if (input.services.some(({ routing }) => routing?.outliers !== undefined)) put(sheet, 'ejections', ejections)
  if (network.opened >= 0) put(sheet, 'connections-opened', (network.opened * 1e6) / (input.horizon - input.warmup))
  if (network.limits !== null) put(sheet, 'concurrency-limit', network.limits.mean())
  if (clients.hedges !== null) {
    put(sheet, 'copies-per-request', clients.hedges.copies / requestsOf(clients))
    put(sheet, 'copies-won', (100 * clients.hedges.won) / clients.hedges.copies)
  }
  deviceMetrics(run, now, sheet)
  viewMetrics(run, sheet)
  const asked = input.services.map(({ routing, signals, connections, exposure, dns }) =>
    [routing, signals, connections, exposure, dns].some((key) => key !== undefined),
  )
  const fairness = fairnessOf(run).filter((value, service) => asked[service] && Number.isFinite(value))
  if (fairness.length > 0) put(sheet, 'request-fairness', Math.min(...fairness))
}

/** Of clients that hedge. */
function requestsOf({ all }: Clients): number {
  return all.reduce((sum, { spec, ledger }) => sum + (spec.hedge === undefined ? 0 : ledger.windowArrived), 0)
}

/** Of guards, and of kube-proxy. */
function crossZone({ input, network: { views } }: BalancingRun, picks: number, crossings: number, sheet: Sheet): void {
  const proxied = views !== null && views.clocks !== null
  if (!proxied && input.services.every(({ routing }) => routing?.zones === undefined)) return
  const { located, crossings: more } = proxied ? views.counts() : noCounts()
  put(sheet, 'cross-zone-share', (100 * (crossings + more)) / (picks + located))
}

function viewMetrics({ input, network: { views } }: BalancingRun, sheet: Sheet): void {
  if (views === null) return
  const { picks, stale, drops, queries } = views.counts()
  put(sheet, 'stale-picks', (100 * stale) / picks)
  if (input.services.some(({ dns }) => dns !== undefined)) put(sheet, 'dns-queries', (queries * 1e6) / (input.horizon - input.warmup))
  if (views.clocks === null) return
  const { lag, lags } = views.clocks
  put(sheet, 'proxy-drops', (100 * drops) / (picks + drops))
  if (lags > 0) put(sheet, 'endpoint-lag', lag / lags / 1e6)
}

function deviceMetrics({ network: { devices }, times }: BalancingRun, now: Time, sheet: Sheet): void {
  if (devices === null) return
  const { sent, lost, refused, broken, added, tiers } = devices
  put(sheet, 'device-utilization', 100 * Math.max(...tiers.map((tier) => tier.utilization(times.windowStart, now))))
  put(sheet, 'device-delay', added / sent / 1000)
  put(sheet, 'device-losses', (100 * lost) / sent)
  put(sheet, 'device-refusals', (100 * refused) / sent)
  put(sheet, 'flows-broken', broken)
}

/** By service: Jain's index of the tries that entered each pod; NaN with fewer than two pods. */
function fairnessOf({ input, servers, times }: BalancingRun): number[] {
  const count = new Float64Array(input.services.length)
  const sum = new Float64Array(count.length)
  const squares = new Float64Array(count.length)
  for (let server = 0; server < servers.high; server++) {
    const service = servers.service[server]
    if (service === NONE || servers.pod[server] === NONE) continue
    if (servers.state[server] !== ServerState.Accepting || servers.listed[server] === 0 || servers.opened[server] > times.windowStart)
      continue
    const entered = servers.entered[server]
    count[service]++
    sum[service] += entered
    squares[service] += entered * entered
  }
  return Array.from(count, (pods, service) => (pods < 2 ? NaN : (sum[service] * sum[service]) / (pods * squares[service])))
}
