/** As many replicas as give each `perReplica` requests in flight, as in Knative and KEDA; no change without a sample. */
import type { OwnReplicaAutoscaler } from 'orchsim'

const byRequests: OwnReplicaAutoscaler = {
  name: 'by-requests',
  every: '15s',
  parameters: {
    perReplica: { kind: 'number', default: 4, min: 0.1, meaning: 'target of requests in flight per replica' },
  },
  desired({ replicas, ready, inFlight }, { perReplica }) {
    if (Number.isNaN(inFlight)) return replicas
    return Math.ceil((inFlight * ready) / Number(perReplica))
  },
}

export default byRequests
