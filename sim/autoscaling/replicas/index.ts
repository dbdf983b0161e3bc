/** The list of replica autoscalers. A new member is one file in members/ and one line here. */
import { catalogue } from '../../common/define.ts'
import { autoregressive } from './members/autoregressive.ts'
import { awsSimple } from './members/aws-simple.ts'
import { awsTargetTracking } from './members/aws-target-tracking.ts'
import { histogram } from './members/histogram.ts'
import { holtWinters } from './members/holt-winters.ts'
import { hpa } from './members/hpa.ts'
import { keda } from './members/keda.ts'
import { knative } from './members/knative.ts'
import { latencyTarget } from './members/latency-target.ts'
import { none } from './members/none.ts'
import { pid } from './members/pid.ts'
import { queueLength } from './members/queue-length.ts'
import { scheduled } from './members/scheduled.ts'
import { seasonalNaive } from './members/seasonal-naive.ts'
import { squareRootStaffing } from './members/square-root-staffing.ts'
import { step } from './members/step.ts'
import { targetUtilization } from './members/target-utilization.ts'
import type { ReplicaAutoscaler, ReplicasContext } from './policy.ts'

export const replicaAutoscalers = catalogue<ReplicaAutoscaler | null, ReplicasContext>('autoscaling.replicas', [
  none,
  targetUtilization,
  hpa,
  keda,
  step,
  awsTargetTracking,
  awsSimple,
  queueLength,
  knative,
  scheduled,
  latencyTarget,
  pid,
  squareRootStaffing,
  seasonalNaive,
  holtWinters,
  autoregressive,
  histogram,
])

export { adoptReplicaAutoscaler } from './own.ts'
export type { OwnReplicaAutoscaler } from './own.ts'
