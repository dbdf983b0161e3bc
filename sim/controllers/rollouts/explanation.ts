/** Explains a rollout of any kind of workload. */
import { DaemonSetRollout, type DaemonSetWorkload } from './daemon-set.ts'
import { DeploymentRollout, type DeploymentWorkload } from './deployment.ts'
import { EcsRollout, type EcsWorkload } from './ecs.ts'
import { MarathonRollout, type MarathonWorkload } from './marathon.ts'
import type { Rollout, RolloutScript, RolloutStep } from './rollout.ts'
import { StatefulSetRollout, type StatefulSetWorkload } from './stateful-set.ts'
import { SwarmRollout, type SwarmWorkload } from './swarm.ts'

/** A rollout to explain. */
export interface RolloutInput extends RolloutScript {
  readonly workload: DeploymentWorkload | StatefulSetWorkload | DaemonSetWorkload | SwarmWorkload | EcsWorkload | MarathonWorkload
}

/** Explains a rollout up to its horizon. */
export function explainRollout(input: RolloutInput): RolloutStep[] {
  return rolloutOf(input).steps()
}

function rolloutOf({ workload, ...script }: RolloutInput): Rollout {
  switch (workload.kind) {
    case 'Deployment':
      return new DeploymentRollout(script, workload)
    case 'StatefulSet':
      return new StatefulSetRollout(script, workload)
    case 'DaemonSet':
      return new DaemonSetRollout(script, workload)
    case 'SwarmService':
      return new SwarmRollout(script, workload)
    case 'EcsService':
      return new EcsRollout(script, workload)
    case 'MarathonApp':
      return new MarathonRollout(script, workload)
  }
}
