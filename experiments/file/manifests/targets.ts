/** Which Service a client means: by name, by namespace and name, or by host and path of an Ingress. */
import { suggestion } from '../../../sim/index.ts'
import type { Manifests, ManifestService } from '../../../workloads/index.ts'

/** A Service with the name that it has in the results. */
export interface NamedService {
  readonly service: ManifestService
  readonly name: string
}

/** Names in the results: the name of the Service, with its namespace where two have the same. */
export function namedServices(services: readonly ManifestService[]): NamedService[] {
  const sameName = new Map<string, number>()
  for (const { name } of services) sameName.set(name, (sameName.get(name) ?? 0) + 1)
  return services.map((service) => ({
    service,
    name: plain(sameName.get(service.name) === 1 ? service.name : `${service.namespace}-${service.name}`),
  }))
}

/** A name of the experiment file. */
export const plain = (name: string): string => name.replaceAll(/[^A-Za-z0-9_-]/g, '-')

/** The Service that a client names, or a message. */
export function targetOf(to: string, named: readonly NamedService[], { ingresses }: Manifests): NamedService | { readonly wrong: string } {
  const found = named.filter(({ service, name }) => to === name || to === service.name || to === `${service.namespace}/${service.name}`)
  if (found.length === 1) return found[0]
  const all = named.map(({ service }) => `${service.namespace}/${service.name}`)
  if (found.length > 1)
    return {
      wrong: `found ${JSON.stringify(to)}, the name of ${found.length} Services; accepted: ${found.map(({ service }) => `${service.namespace}/${service.name}`).join(', ')}`,
    }
  const route = routeOf(to, ingresses)
  const behind =
    route === undefined ? undefined : named.find(({ service }) => service.namespace === route.namespace && service.name === route.service)
  if (behind !== undefined) return behind
  const hosts = ingresses.flatMap(({ routes }) => routes.filter(({ host }) => host !== '').map(({ host, path }) => `${host}${path}`))
  return {
    wrong: `found ${JSON.stringify(to)}, neither a Service nor an Ingress of the manifests; accepted: ${[...all, ...hosts].join(', ')}${suggestion(to, [...all, ...hosts])}`,
  }
}

/** The route with the longest path; an exact path, and an exact host, come first. */
function routeOf(to: string, ingresses: Manifests['ingresses']): { readonly namespace: string; readonly service: string } | undefined {
  const slash = to.indexOf('/')
  const host = slash < 0 ? to : to.slice(0, slash)
  const path = slash < 0 ? '/' : to.slice(slash)
  const routes = ingresses.flatMap(({ namespace, routes: all }) => all.map((route) => ({ ...route, namespace })))
  const fitting = routes.filter((route) => hostFits(route.host, host) && pathFits(route, path))
  const rank = (route: (typeof routes)[number]): number[] => [
    route.host === host ? 2 : route.host === '' ? 0 : 1,
    route.path.length,
    route.pathType === 'Exact' ? 1 : 0,
  ]
  return fitting.sort((a, b) => rank(b).reduce((order, value, i) => order || value - rank(a)[i], 0))[0]
}

/** A wildcard stands for one label. */
const hostFits = (pattern: string, host: string): boolean =>
  pattern === '' || pattern === host || (pattern.startsWith('*.') && host.split('.').slice(1).join('.') === pattern.slice(2))

/** Prefix compares whole elements of the path. */
function pathFits({ path, pathType }: { readonly path: string; readonly pathType: string }, asked: string): boolean {
  if (pathType === 'Exact') return path === asked
  const base = path.replace(/\/$/, '')
  return asked === base || asked.startsWith(`${base}/`) || base === ''
}
