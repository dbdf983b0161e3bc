/** The services of a run that are reached through views of their own: by kube-proxy, or by addresses from DNS. */
import type { PodId, ServerId, ServiceId, Time } from '../../common/ids.ts'
import type { Service } from '../../serving/spec.ts'
import type { Route } from '../routes.ts'
import { DnsRoute } from './dns.ts'
import { KubeProxies } from './kube-proxy.ts'
import { NodeClocks } from './node-clocks.ts'
import type { KubeProxySpec } from './spec.ts'
import { UpNodes } from './up-nodes.ts'
import { noCounts, type ViewCounts, type ViewedRoute, type ViewsRun } from './viewed-route.ts'

/** What the views need of the run. */
export interface AllViewsRun extends ViewsRun {
  readonly input: { readonly services: readonly Service[]; readonly kubeProxy?: KubeProxySpec }
}

export class Views {
  /** By route; null: it has balancer instances. */
  readonly routes: readonly (ViewedRoute | null)[]
  /** By service. */
  private readonly to: readonly (readonly ViewedRoute[])[]
  /** Null: no kube-proxy. */
  readonly clocks: NodeClocks | null

  private constructor(run: AllViewsRun, routes: readonly Route[]) {
    const { input, streams, nodes } = run
    const { kubeProxy } = input
    this.clocks = kubeProxy === undefined ? null : new NodeClocks(kubeProxy, streams.keyed('kube-proxy watches'))
    const up = new UpNodes(nodes)
    this.routes = routes.map((route, row): ViewedRoute | null => {
      const { exposure, dns } = input.services[route.service]
      // Calls with a balancer of their own, whose routes come after those of the services, have balancer instances.
      if (row >= input.services.length) return null
      if (dns !== undefined) return new DnsRoute(run, route.name, dns)
      if (exposure === undefined || kubeProxy === undefined) return null
      return new KubeProxies(run, route.name, exposure, { spec: kubeProxy, clocks: this.clocks!, up })
    })
    this.to = input.services.map((_, service) =>
      this.routes.filter((viewed, row): viewed is ViewedRoute => viewed !== null && routes[row].service === service),
    )
  }

  /** Null when every service has balancer instances. */
  static of(run: AllViewsRun, routes: readonly Route[]): Views | null {
    const { services } = run.input
    return services.some(({ exposure, dns }) => exposure !== undefined || dns !== undefined) ? new Views(run, routes) : null
  }

  /** The end of warm-up. */
  windowBegins(now: Time): void {
    for (const route of this.routes) if (route !== null) route.counts = noCounts()
    if (this.clocks === null) return
    this.clocks.lag = this.clocks.lags = 0
    this.clocks.since = now
  }

  /** Sums over the routes. */
  counts(): ViewCounts {
    const sum = noCounts()
    for (const route of this.routes) {
      if (route === null) continue
      sum.picks += route.counts.picks
      sum.stale += route.counts.stale
      sum.located += route.counts.located
      sum.crossings += route.counts.crossings
      sum.drops += route.counts.drops
      sum.queries += route.counts.queries
    }
    return sum
  }

  /** The API has an endpoint. @param atOnce all viewers know it now */
  added(service: ServiceId, pod: PodId, server: ServerId, now: Time, atOnce: boolean): void {
    for (const route of this.to[service]) route.added(pod, server, now, atOnce)
  }

  /** The API has an endpoint no more. */
  removed(service: ServiceId, pod: PodId, now: Time): void {
    for (const route of this.to[service]) route.removed(pod, now)
  }
}
