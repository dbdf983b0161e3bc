/** Autoscalers that work against each other on one resource. */
import type { Selection } from '../../../sim/index.ts'
import type { Issue } from '../document.ts'

/** Replica autoscalers that read CPU used over CPU requested; true: always, else with this metric. */
const BY_UTILIZATION: Readonly<Record<string, true | string>> = {
  hpa: true,
  'target-utilization': true,
  step: 'utilization',
  'aws-simple': 'utilization',
  'aws-target-tracking': 'utilization',
}

/**
 * A size autoscaler changes the request that the utilization is measured against, so that each undoes what the other decided. Refused, as
 * the documentation of the Vertical Pod Autoscaler warns, unless the file says `together: true`. An own algorithm is trusted.
 */
export function scalingConflicts(replicas: Selection, sizes: Selection, together: boolean): Issue[] {
  if (together || sizes.name === 'none' || replicas.file !== undefined || sizes.file !== undefined) return []
  const metric = BY_UTILIZATION[replicas.name]
  if (metric === undefined || (metric !== true && replicas.values['metric'] !== metric)) return []
  const message = `found ${sizes.name} with ${replicas.name} on the CPU of the same pods: ${sizes.name} changes the request that the utilization of ${replicas.name} is measured against, so that each undoes what the other decided; accepted: one of the two, a replica autoscaler by requests (keda, knative, queue-length), or autoscaling.together: true`
  return [{ path: ['autoscaling', 'sizes'], message }]
}
