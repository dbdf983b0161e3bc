/** Which pods are endpoints of a service. */
import { flag, section } from '../quantities.ts'

/** As kube-proxy and the EndpointSlice controller decide it. */
export const endpoints = section('endpoints', {
  terminating: flag()
    .prefault(false)
    .describe(
      'while no pod is ready, those that terminate and still serve are used, as kube-proxy does; default false, as proxies such as Envoy and nginx',
    ),
  notReady: flag()
    .prefault(false)
    .describe('each pod is an endpoint from the start of its container to its end, ready or not: publishNotReadyAddresses; default false'),
}).refine(({ terminating, notReady }) => terminating || notReady, {
  message: 'found neither terminating nor notReady as true, which would change nothing; accepted: one of them',
})
