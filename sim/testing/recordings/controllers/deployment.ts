/** Replays `deployment` and `deployment-paused`: the Deployment and ReplicaSet controllers, step by step. */
import { NONE } from '../../../common/ids.ts'
import { Simulator } from '../../../engine/simulator.ts'
import { DeploymentController, type Deployment } from '../../../controllers/kubernetes/deployment.ts'
import type { DeploymentStrategy } from '../../../controllers/kubernetes/deployment-object.ts'
import { ReplicaSetController } from '../../../controllers/kubernetes/replica-set.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { letter, numberOf, passUntil, SECOND } from './names.ts'
import { ScriptedPods } from './scripted-pods.ts'

type Write = readonly [template: string, from: number | null, to: number | null]

interface Step {
  readonly do: string
  readonly at: number
  readonly pods?: Readonly<Record<string, number>>
  readonly template?: string
  readonly replicas?: number
  readonly strategy?: DeploymentStrategy
  readonly writes: readonly Write[]
  readonly sets: Readonly<Record<string, unknown>>
  readonly conditions: Readonly<Record<string, string>>
}

/** One recorded case. */
export interface DeploymentCase extends RecordedCase {
  readonly replicas: number
  readonly strategy?: DeploymentStrategy
  readonly revisionHistoryLimit?: number
  readonly progressDeadlineSeconds?: number
  readonly podsTerminate: 'instantly' | 'held'
  readonly steps: readonly Step[]
}

/** Consecutive changes of one set as one: a controller that reads a lagging cache may grow a set in two steps (see the recording's README). */
function inOneStep(writes: readonly Write[]): Write[] {
  const merged: Write[] = []
  for (const [template, from, to] of writes) {
    const last = merged.at(-1)
    if (last !== undefined && last[0] === template && last[2] === from && last[1] !== null && to !== null)
      merged[merged.length - 1] = [template, last[1], to]
    else merged.push([template, from, to])
  }
  return merged
}

class DeploymentReplay {
  private readonly simulator = new Simulator()
  private readonly pods: ScriptedPods
  private readonly controller: DeploymentController
  private readonly deployment: Deployment
  private writes: Write[] = []

  constructor(recorded: DeploymentCase) {
    const { simulator } = this
    this.pods = new ScriptedPods(simulator, recorded.podsTerminate === 'held')
    const { objects } = this.pods
    const replicaSets = new ReplicaSetController({ simulator, objects, control: this.pods, latency: 1 })
    const size = (n: number): number | null => (n === NONE ? null : n)
    this.controller = new DeploymentController({
      simulator,
      objects,
      replicaSets,
      latency: 0,
      resized: (_, { template }, from, to) => this.writes.push([letter(template), size(from), size(to)]),
    })
    const { replicas, strategy, revisionHistoryLimit = 0, progressDeadlineSeconds = Infinity } = recorded
    this.deployment = this.controller.create({
      replicas,
      strategy: strategy ?? { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
      template: 0,
      paused: false,
      minReady: 0,
      progressDeadline: progressDeadlineSeconds * SECOND,
      revisionHistory: revisionHistoryLimit,
    })
  }

  run(step: Step): string | null {
    this.writes = []
    this.act(step)
    passUntil(this.simulator, step.at * SECOND)
    const ours = { writes: this.writes, sets: this.sets(), conditions: this.conditions() }
    const { writes, sets, conditions } = step
    return firstDifference({ writes: inOneStep(writes), sets, conditions }, { ...ours, writes: inOneStep(ours.writes) })
  }

  private act(step: Step): void {
    const { controller, deployment } = this
    switch (step.do) {
      case 'create':
      case 'wait':
        return
      case 'template':
      case 'scale':
      case 'apply':
        controller.update(deployment, {
          ...(step.template === undefined ? {} : { template: numberOf(step.template) }),
          ...(step.replicas === undefined ? {} : { replicas: step.replicas }),
        })
        return
      case 'pause':
      case 'resume':
        controller.update(deployment, { paused: step.do === 'pause' })
        return
      case 'strategy':
        controller.update(deployment, { strategy: step.strategy! })
        return
      default:
        this.actOnPods(step)
    }
  }

  private actOnPods(step: Step): void {
    const { objects } = this.pods
    for (const [template, count] of Object.entries(step.pods ?? {})) {
      const all = this.pods.existing.filter((pod) => objects.template[pod] === numberOf(template))
      const running = all.filter((pod) => objects.deleting[pod] === 0)
      const [among, act] = {
        ready: [running.filter((pod) => objects.ready[pod] === 0), (pod: number) => this.pods.setReady(pod, true)] as const,
        unready: [running.filter((pod) => objects.ready[pod] === 1), (pod: number) => this.pods.setReady(pod, false)] as const,
        kill: [[...running].sort((a, b) => objects.ready[b] - objects.ready[a]), (pod: number) => this.pods.remove(pod)] as const,
        gone: [all.filter((pod) => objects.deleting[pod] === 1), (pod: number) => this.pods.remove(pod)] as const,
      }[step.do as 'ready' | 'unready' | 'kill' | 'gone']
      for (const pod of among.slice(0, count)) act(pod)
    }
  }

  private sets(): Record<string, object> {
    const { objects } = this.pods
    return Object.fromEntries(
      this.deployment.sets.map(({ template, size, status, revision }) => {
        const pods = this.pods.existing.filter((pod) => objects.template[pod] === template)
        const terminating = pods.filter((pod) => objects.deleting[pod] === 1).length
        const { ready, available } = status
        const counts = { size, pods: pods.length - terminating, ready, available, revision: String(revision) }
        return [letter(template), terminating > 0 ? { ...counts, terminating } : counts]
      }),
    )
  }

  private conditions(): Record<string, string> {
    const { availableCondition, progressing } = this.deployment.status
    return {
      ...(availableCondition === null ? {} : { Available: `${availableCondition.status} ${availableCondition.reason}` }),
      ...(progressing === null ? {} : { Progressing: `${progressing.status} ${progressing.reason}` }),
    }
  }
}

/** Replays one case. */
export function replayDeployment(recorded: DeploymentCase): string | null {
  const replay = new DeploymentReplay(recorded)
  for (const [i, step] of recorded.steps.entries()) {
    const difference = replay.run(step)
    if (difference !== null) return `step ${i} (${step.do}): ${difference}`
  }
  return null
}
