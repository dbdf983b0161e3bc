/** The list of replica autoscalers. A new member is one file in members/ and one line here. */
import { catalogue } from '../../common/define.ts'
import { hpa } from './members/hpa.ts'
import { knative } from './members/knative.ts'
import { none } from './members/none.ts'
import type { ReplicaAutoscaler, ReplicasContext } from './policy.ts'
import { queueLength } from './members/queue-length.ts'
import { scheduled } from './members/scheduled.ts'
import { step } from './members/step.ts'
import { targetUtilization } from './members/target-utilization.ts'

export const replicaAutoscalers = catalogue<ReplicaAutoscaler | null, ReplicasContext>('autoscaling.replicas', [
  none,
  targetUtilization,
  hpa,
  step,
  queueLength,
  knative,
  scheduled,
])

export { adoptReplicaAutoscaler } from './own.ts'
export type { OwnReplicaAutoscaler } from './own.ts'
