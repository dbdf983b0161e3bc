/** Routes: what a set of balancer instances carries, and how their balancers are made. */
import { createChosen, type Chosen } from '../common/define.ts'
import type { ServiceId } from '../common/ids.ts'
import { routesOf } from '../serving/clients.ts'
import type { Call, Service } from '../serving/spec.ts'
import { Guard, type GuardPlace } from '../slb/guard/guard.ts'
import type { Routing } from '../slb/guard/spec.ts'
import type { Balancer, BalancerDefinition, BalancingContext } from '../slb/policy.ts'

/** What the routes are made from. */
interface RoutesInput {
  readonly services: readonly Service[]
  readonly calls?: readonly Call[]
  readonly choices: { readonly slb: Chosen<BalancerDefinition> }
}

/** What a set of balancer instances carries: all requests to a service, or the calls that have a balancer of their own. */
export interface Route {
  readonly name: string
  readonly service: ServiceId
  readonly slb: Chosen<BalancerDefinition>
}

/** By route: services, then calls with balancer instances of their own. */
export function routesIn({ services, calls = [], choices }: RoutesInput): Route[] {
  const routes = services.map(({ name, slb = choices.slb }, service): Route => ({ name, service, slb }))
  const rows = routesOf(services.length, calls)
  calls.forEach(({ name, service, slb }, i) => {
    if (slb !== undefined) routes[rows[i]] = { name, service, slb }
  })
  return routes
}

/** The chosen balancer, with what stands around it. */
export function madeBalancer(
  slb: Chosen<BalancerDefinition>,
  context: BalancingContext,
  routing: Routing | undefined,
  place: GuardPlace,
): Balancer {
  if (routing === undefined) return createChosen(slb, context)
  return new Guard(routing, place, context, (inner) => createChosen(slb, inner))
}
