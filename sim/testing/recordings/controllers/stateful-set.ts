/** Replays `statefulset`: the StatefulSet controller, step by step. */
import type { PodId } from '../../../common/ids.ts'
import { Simulator } from '../../../engine/simulator.ts'
import { ApiPhase, type NewPod, type PodController } from '../../../controllers/kubernetes/pod-objects.ts'
import { StatefulSetController, type StatefulSet } from '../../../controllers/kubernetes/stateful-set.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { letter, numberOf, passUntil, SECOND } from './names.ts'
import { ScriptedPods } from './scripted-pods.ts'

type Deed = readonly [verb: string, ordinal: number, template: string]

interface Step {
  readonly do: string
  readonly ordinals?: readonly number[]
  readonly template?: string
  readonly replicas?: number
  readonly partition?: number
  readonly did: readonly Deed[]
  readonly pods: Readonly<Record<string, readonly string[]>>
  readonly status: Readonly<Record<string, unknown>>
}

/** One recorded case. */
export interface StatefulSetCase extends RecordedCase {
  readonly replicas: number
  readonly podManagementPolicy: 'OrderedReady' | 'Parallel'
  readonly updateStrategy: 'RollingUpdate' | 'OnDelete'
  readonly partition?: number
  readonly ordinalsStart?: number
  readonly podsTerminate: 'instantly' | 'held'
  readonly steps: readonly Step[]
}

/** Pods that also note what the controller did. */
class NotingPods extends ScriptedPods {
  did: Deed[] = []

  override create(controller: PodController, pod: NewPod): PodId {
    this.did.push(['create', pod.ordinal!, letter(pod.template)])
    return super.create(controller, pod)
  }

  override delete(pod: PodId): void {
    this.did.push(['delete', this.objects.ordinal[pod], letter(this.objects.template[pod])])
    super.delete(pod)
  }
}

class StatefulSetReplay {
  private readonly simulator = new Simulator()
  private readonly pods: NotingPods
  private readonly controller: StatefulSetController
  private readonly set: StatefulSet
  private readonly parallel: boolean

  constructor(recorded: StatefulSetCase) {
    const { simulator } = this
    this.parallel = recorded.podManagementPolicy === 'Parallel'
    this.pods = new NotingPods(simulator, recorded.podsTerminate === 'held')
    this.controller = new StatefulSetController({ simulator, objects: this.pods.objects, control: this.pods, latency: 0 })
    const { replicas, podManagementPolicy: podManagement, updateStrategy, partition = 0, ordinalsStart: start = 0 } = recorded
    this.set = this.controller.create({ replicas, template: 0, podManagement, updateStrategy, partition, start, minReady: 0 })
  }

  run(step: Step): string | null {
    this.pods.did = []
    this.act(step)
    passUntil(this.simulator, this.simulator.now + 2 * SECOND)
    const did = this.parallel ? sortedRuns(this.pods.did) : this.pods.did
    return firstDifference({ did: step.did, pods: step.pods, status: step.status }, { did, pods: this.states(), status: this.status() })
  }

  private act(step: Step): void {
    const { controller, set, pods } = this
    if (step.do === 'template') controller.update(set, { template: numberOf(step.template!) })
    else if (step.do === 'scale') controller.update(set, { replicas: step.replicas! })
    else if (step.do === 'partition') controller.update(set, { partition: step.partition! })
    else {
      for (const ordinal of step.ordinals ?? []) {
        const pod = set.pods.get(ordinal)!
        if (step.do === 'ready' || step.do === 'unready') pods.setReady(pod, step.do === 'ready')
        else if (step.do === 'fail' || step.do === 'succeed') pods.setPhase(pod, step.do === 'fail' ? ApiPhase.Failed : ApiPhase.Succeeded)
        else if (step.do === 'kill' || step.do === 'gone') pods.remove(pod)
        else if (step.do === 'delete') ScriptedPods.prototype.delete.call(pods, pod)
      }
    }
  }

  private states(): Record<string, string[]> {
    const { objects } = this.pods
    return Object.fromEntries(
      [...this.set.pods].map(([ordinal, pod]) => {
        const phase = objects.phase[pod]
        const finished = phase === ApiPhase.Failed ? 'Failed' : phase === ApiPhase.Succeeded ? 'Succeeded' : null
        const state = objects.deleting[pod] === 1 ? 'terminating' : (finished ?? (objects.ready[pod] === 1 ? 'ready' : 'not ready'))
        return [String(ordinal), [letter(objects.template[pod]), state]]
      }),
    )
  }

  private status(): Record<string, unknown> {
    const { status, currentTemplate, spec } = this.set
    return {
      availableReplicas: status.available,
      current: letter(currentTemplate),
      currentReplicas: status.current,
      readyReplicas: status.ready,
      replicas: status.replicas,
      update: letter(spec.template),
      updatedReplicas: status.updated,
    }
  }
}

/** Calls of a Parallel set run concurrently: consecutive ones of a verb are sorted by ordinal, as in the recording. */
function sortedRuns(did: readonly Deed[]): Deed[] {
  const sorted: Deed[] = []
  for (let from = 0, to = 0; from < did.length; from = to) {
    while (to < did.length && did[to][0] === did[from][0]) to++
    sorted.push(...did.slice(from, to).sort((a, b) => a[1] - b[1]))
  }
  return sorted
}

/** Replays one case. */
export function replayStatefulSet(recorded: StatefulSetCase): string | null {
  const replay = new StatefulSetReplay(recorded)
  for (const [i, step] of recorded.steps.entries()) {
    const difference = replay.run(step)
    if (difference !== null) return `step ${i} (${step.do}): ${difference}`
  }
  return null
}
