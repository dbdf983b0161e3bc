/** Replica autoscalers: the axis' list. A new member is one file and one line here. */
import { catalogue } from '../../define.ts'
import { none } from './none.ts'
import type { ReplicaAutoscaler, ReplicasContext } from './policy.ts'
import { queueLength } from './queue-length.ts'
import { scheduled } from './scheduled.ts'
import { step } from './step.ts'
import { targetUtilization } from './target-utilization.ts'

export const replicaAutoscalers = catalogue<ReplicaAutoscaler | null, ReplicasContext>('autoscaling.replicas', [none, targetUtilization, step, queueLength, scheduled])

export { adoptReplicaAutoscaler } from './own.ts'
export type { OwnReplicaAutoscaler } from './own.ts'
