/** What kube-proxy reads of a Service, as the key `expose` of a service. */
import type { ManifestService } from '../../../workloads/index.ts'

const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

/** The key of the file, in the words of the manifest. */
export function exposureOf(service: ManifestService): Readonly<Record<string, unknown>> {
  const { type, internalTrafficPolicy, externalTrafficPolicy, trafficDistribution, affinityTimeout } = service
  return {
    type,
    internalTrafficPolicy,
    externalTrafficPolicy,
    trafficDistribution: DISTRIBUTIONS.includes(trafficDistribution) ? trafficDistribution : 'Any',
    sessionAffinity: affinityTimeout === null ? 'None' : { timeout: `${affinityTimeout}us` },
  }
}
