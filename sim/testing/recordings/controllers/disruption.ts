/** Replays `disruption`: the status of a PodDisruptionBudget after each change. */
import { Simulator } from '../../../engine/simulator.ts'
import { DisruptionController, type Budget, type BudgetSpec, type Scalable } from '../../../controllers/kubernetes/disruption.ts'
import { ApiPhase, PodObjects } from '../../../controllers/kubernetes/pod-objects.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { passUntil, SECOND } from './names.ts'

interface RecordedPod {
  readonly name: string
  readonly ready?: boolean
  readonly phase: keyof typeof ApiPhase
  readonly owner?: string
  readonly selected?: boolean
  readonly terminating?: boolean
}

interface Step {
  readonly setReady?: Readonly<Record<string, boolean>>
  readonly add?: RecordedPod
  readonly scale?: Readonly<Record<string, number>>
  readonly waitSeconds?: number
  readonly expect: Readonly<Record<string, unknown>>
}

/** One recorded case. */
export interface DisruptionCase extends RecordedCase {
  readonly budget: Omit<BudgetSpec, 'unhealthyPods'>
  readonly workloads: readonly { readonly name: string; readonly replicas: number }[]
  readonly pods: readonly RecordedPod[]
  readonly disruptedSecondsAgo?: Readonly<Record<string, number>>
  readonly steps: readonly Step[]
}

/** When the controller starts: late enough for entries that were made before. */
const START = 10_000 * SECOND

class DisruptionReplay {
  private readonly simulator = new Simulator()
  private readonly objects = new PodObjects()
  private readonly controller: DisruptionController
  private readonly budget: Budget
  private readonly workloads: ReadonlyMap<string, { replicas: number }>
  private readonly names: string[] = []

  constructor({ budget, workloads, pods, disruptedSecondsAgo = {} }: DisruptionCase) {
    const { simulator, objects } = this
    this.workloads = new Map(workloads.map(({ name, replicas }) => [name, { replicas }]))
    passUntil(simulator, START)
    this.controller = new DisruptionController({ simulator, objects, control: { delete: () => {} }, latency: 0 })
    this.budget = this.controller.create({ ...budget, unhealthyPods: 'IfHealthyBudget' })
    for (const pod of pods) this.add(pod)
    for (const [name, ago] of Object.entries(disruptedSecondsAgo)) {
      const pod = this.names.indexOf(name)
      if (this.budget.pods.has(pod)) this.budget.disrupted.set(pod, START - ago * SECOND)
    }
  }

  private add({ name, ready = false, phase, owner, selected = true, terminating = false }: RecordedPod): void {
    const { objects } = this
    const pod = this.names.push(name) - 1
    objects.open(pod, { template: 0 }, pod, this.simulator.now)
    objects.phase[pod] = ApiPhase[phase]
    objects.ready[pod] = Number(ready)
    objects.deleting[pod] = Number(terminating)
    const workload: Scalable | null = owner === undefined ? null : (this.workloads.get(owner) ?? null)
    if (selected) this.controller.podAdded(this.budget, pod, workload)
  }

  run({ setReady = {}, add, scale = {}, waitSeconds = 0, expect }: Step): string | null {
    for (const [name, ready] of Object.entries(setReady)) {
      const pod = this.names.indexOf(name)
      if (this.objects.ready[pod] === Number(ready)) continue
      this.objects.ready[pod] = Number(ready)
      if (this.budget.pods.has(pod)) this.controller.podChanged(this.budget)
    }
    if (add !== undefined) this.add(add)
    for (const [name, replicas] of Object.entries(scale)) this.workloads.get(name)!.replicas = replicas
    passUntil(this.simulator, this.simulator.now + waitSeconds * SECOND)
    const { status, disrupted } = this.budget
    return firstDifference(expect, {
      currentHealthy: status.healthy,
      desiredHealthy: status.desired,
      disruptedPods: [...disrupted.keys()].map((pod) => this.names[pod]).sort(),
      disruptionsAllowed: status.allowed,
      expectedPods: status.expected,
      reason: status.allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    })
  }
}

/** Replays one case. */
export function replayDisruption(recorded: DisruptionCase): string | null {
  const replay = new DisruptionReplay(recorded)
  for (const [i, step] of recorded.steps.entries()) {
    const difference = replay.run(step)
    if (difference !== null) return `step ${i}: ${difference}`
  }
  return null
}
