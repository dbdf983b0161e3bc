/** The balancer instances of a run as they are made: by route, with what they share. */
import type { ServiceId } from '../common/ids.ts'
import type { BalancingContext } from '../slb/policy.ts'
import { BalancerInstance } from './balancer-instance.ts'
import { EndpointSlots, SlotsOfServers } from './endpoint-slots.ts'
import { madeBalancer, type Route } from './routes.ts'
import type { NetworkRun } from './run.ts'
import { ServiceBalancers, type HeardTime } from './service-balancers.ts'
import type { Views } from './views/views.ts'

/** The structure that the balancers of one service share. */
export interface Shelf {
  value: object | undefined
}

/** All instances with their services, by route, and the groups that are notified of backends. */
export interface Made {
  readonly all: readonly BalancerInstance[]
  readonly serviceOf: readonly ServiceId[]
  /** Null: its viewers are notified of backends each at its own time. */
  readonly groups: readonly (ServiceBalancers | null)[]
  readonly instancesOf: readonly (readonly BalancerInstance[])[]
}

/** What the instances are made with. */
export interface Making {
  readonly routes: readonly Route[]
  readonly views: Views | null
  readonly heard: HeardTime
  /** The context of the instance in a row. */
  contextOf(row: number, random: BalancingContext['random'], shelf: Shelf): BalancingContext
}

/** The instances of every route, with the services that they send to, and what tells them of backends. */
export function makeInstances({ streams, input }: NetworkRun, { routes, views, heard, contextOf }: Making): Made {
  const all: BalancerInstance[] = []
  const serviceOf: ServiceId[] = []
  const groups: (ServiceBalancers | null)[] = []
  const slotsOfServers = new SlotsOfServers()
  const zones = new Set(input.pools.flatMap(({ templates }) => templates.map(({ zone }) => zone))).size
  const instancesOf = routes.map(({ name, service, slb }, route) => {
    const viewed = views?.routes[route] ?? null
    if (viewed !== null) {
      groups.push(null)
      return viewed.instances
    }
    const slots = new EndpointSlots(slotsOfServers)
    const shelf: Shelf = { value: undefined }
    const list = Array.from({ length: input.balancers }, (_, i) => {
      const context = contextOf(all.length, streams.stream(`balancer-${i}/${name}`), shelf)
      const instance = new BalancerInstance(
        madeBalancer(slb, context, input.services[service].routing, { instance: i, zone: i % zones, zones }),
        slots,
        slb.definition.name,
        all.length,
      )
      all.push(instance)
      serviceOf.push(service)
      return instance
    })
    groups.push(new ServiceBalancers(slots, list, heard, () => shelf.value !== undefined))
    return list
  })
  return { all, serviceOf, groups, instancesOf }
}
