/** So many replicas that each has `perReplica` requests in flight, as Knative and KEDA count; nothing changes while there is no sample. */
import type { OwnReplicaAutoscaler } from 'orchsim'

const byRequests: OwnReplicaAutoscaler = {
  name: 'by-requests',
  every: '15s',
  parameters: {
    perReplica: { kind: 'number', default: 4, min: 0.1, meaning: 'requests in flight that one replica should have' },
  },
  desired({ replicas, measured, inFlight }, { perReplica }) {
    if (Number.isNaN(inFlight)) return replicas
    return Math.ceil((inFlight * measured) / Number(perReplica))
  },
}

export default byRequests
