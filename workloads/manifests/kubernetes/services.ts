/** Services and Ingresses. Defaults: Kubernetes 1.34, pkg/apis/core/v1/defaults.go. */
import type * as core from 'kubernetes-types/core/v1.js'
import type * as networking from 'kubernetes-types/networking/v1.js'
import { AFFINITY_TIMEOUT } from '../defaults.ts'
import { NO_EFFECT, READ, uses, type Fields } from '../fields.ts'
import type { Ingress, IngressRoute, ManifestService, Named, ServicePort } from '../model.ts'
import type { Part } from '../part.ts'

const OBJECT = { ...uses(READ, 'apiVersion', 'kind', 'metadata', 'spec'), ...uses(NO_EFFECT, 'status') }

const SERVICE: Fields<core.ServiceSpec> = {
  ...uses(READ, 'clusterIP', 'externalTrafficPolicy', 'internalTrafficPolicy', 'ports', 'publishNotReadyAddresses', 'selector'),
  ...uses(READ, 'sessionAffinity', 'sessionAffinityConfig', 'trafficDistribution', 'type'),
  ...uses(NO_EFFECT, 'allocateLoadBalancerNodePorts', 'clusterIPs', 'externalName', 'healthCheckNodePort', 'ipFamilies', 'ipFamilyPolicy'),
  ...uses(NO_EFFECT, 'loadBalancerClass', 'loadBalancerIP', 'externalIPs'),
  loadBalancerSourceRanges: 'clients from other addresses are refused',
}

const SERVICE_PORT: Fields<core.ServicePort> = {
  ...uses(READ, 'name', 'nodePort', 'port', 'protocol', 'targetPort'),
  appProtocol: NO_EFFECT,
}

/** A Service. */
export function serviceOf(named: Named, part: Part<core.Service>): ManifestService {
  const spec = part
    .only(OBJECT as Fields<core.Service>)
    .at('spec')
    .only(SERVICE)
  const type = spec.at('type').oneOf(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']) ?? 'ClusterIP'
  const affinity = spec.at('sessionAffinity').oneOf(['None', 'ClientIP']) ?? 'None'
  const timeout = spec.at('sessionAffinityConfig').at('clientIP').at('timeoutSeconds').seconds({ min: 1, max: 86_400 }) ?? AFFINITY_TIMEOUT
  const headless = spec.at('clusterIP').text() === 'None'
  if (spec.at('ports').missing && !headless && type !== 'ExternalName') spec.at('ports').refuse('at least one port')
  return {
    ...named,
    type,
    headless,
    selector: spec.at('selector').missing ? null : spec.at('selector').texts(),
    ports: spec.at('ports').items().map(portOf),
    affinityTimeout: affinity === 'None' ? null : timeout,
    externalTrafficPolicy: spec.at('externalTrafficPolicy').oneOf(['Cluster', 'Local']) ?? 'Cluster',
    internalTrafficPolicy: spec.at('internalTrafficPolicy').oneOf(['Cluster', 'Local']) ?? 'Cluster',
    publishNotReady: spec.at('publishNotReadyAddresses').flag() ?? false,
    trafficDistribution: spec.at('trafficDistribution').text() ?? '',
  }
}

const PORT = { min: 1, max: 65_535 }

function portOf(part: Part<core.ServicePort>): ServicePort {
  part.only(SERVICE_PORT)
  const given = part.at('port')
  if (given.missing) given.refuse('a number from 1 to 65535')
  const port = given.whole(PORT) ?? 1
  return {
    name: part.at('name').text() ?? '',
    port,
    targetPort: portReference(part.at('targetPort')) ?? port,
    protocol: part.at('protocol').oneOf(['TCP', 'UDP', 'SCTP']) ?? 'TCP',
    nodePort: part.at('nodePort').whole({ max: 65_535 }) ?? 0,
    place: part.place,
  }
}

/** A number, or the name of a port. */
const portReference = (part: Part<number | string | undefined>): number | string | undefined =>
  typeof part.scalar === 'string' ? part.text() : part.whole(PORT)

/** Class of an ingress before ingressClassName existed. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** An Ingress: its routes, the default backend last. */
export function ingressOf(named: Named, part: Part<networking.Ingress>): Ingress {
  const spec = part
    .only(OBJECT as Fields<networking.Ingress>)
    .at('spec')
    .only(uses(READ, 'defaultBackend', 'ingressClassName', 'rules', 'tls'))
  const annotations = part.at('metadata').at('annotations')
  for (const [key, item] of annotations.entries())
    if (/ingress\.kubernetes\.io\//.test(key)) item.ignore('an annotation that the ingress controller may read')
  const routes = spec
    .at('rules')
    .items()
    .flatMap((rule): IngressRoute[] => {
      const host =
        rule
          .only(uses(READ, 'host', 'http'))
          .at('host')
          .text() ?? ''
      const paths = rule.at('http').at('paths').items()
      return paths.map((item) => {
        item.only(uses(READ, 'backend', 'path', 'pathType'))
        const pathType = item.at('pathType').oneOf(['Exact', 'Prefix', 'ImplementationSpecific'])
        if (pathType === undefined && item.at('pathType').missing) item.at('pathType').refuse('Exact, Prefix, ImplementationSpecific')
        return { host, path: item.at('path').text() ?? '/', pathType: pathType ?? 'Prefix', ...backendOf(item.at('backend')) }
      })
    })
  const fallback = spec.at('defaultBackend')
  if (fallback.missing && routes.length === 0) spec.error('found neither rules nor defaultBackend; accepted: at least one of them')
  const last: IngressRoute[] = fallback.missing ? [] : [{ host: '', path: '', pathType: 'Prefix', ...backendOf(fallback) }]
  return {
    ...named,
    className: spec.at('ingressClassName').text() ?? annotations.at(CLASS_ANNOTATION).text() ?? '',
    tls: spec.at('tls').items().length > 0,
    routes: [...routes, ...last],
  }
}

function backendOf(part: Part<networking.IngressBackend | undefined>): Pick<IngressRoute, 'service' | 'port' | 'place'> {
  part.only({ service: READ, resource: 'requests go to this resource instead of a Service' })
  const service = part.at('service')
  const port = service.at('port')
  if (service.missing && part.at('resource').missing) service.refuse('a service with name and port')
  return {
    service: service.at('name').text() ?? '',
    port:
      port.at('name').text() ??
      port.at('number').whole(PORT) ??
      Number(service.missing ? 0 : (port.refuse('a number or the name of a port') ?? 0)),
    place: service.missing ? part.place : service.at('name').place,
  }
}
