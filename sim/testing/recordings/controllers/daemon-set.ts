/**
 * Replays `daemonset` and `daemonset-placement`: the DaemonSet controller, step by step. Which of equal nodes the controller takes, and which
 * of equal pods the script changes, is random and not recorded: a step passes when one of up to TRIES random orders gives its numbers.
 */
import type { NodeId, PodId } from '../../../common/ids.ts'
import type { Taint, Toleration } from '../../../cluster/spec.ts'
import { Simulator } from '../../../engine/simulator.ts'
import { DaemonSetController, type DaemonNodes, type DaemonPlacement, type DaemonSet } from '../../../controllers/kubernetes/daemon-set.ts'
import type { IntOrPercent } from '../../../controllers/kubernetes/percent.ts'
import type { NewPod, PodController } from '../../../controllers/kubernetes/pod-objects.ts'
import { Streams } from '../../../random/stream.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { letter, numberOf, passUntil, SECOND } from './names.ts'
import { ScriptedPods } from './scripted-pods.ts'

type Numbers = Record<string, number>

interface Step {
  readonly do: string
  readonly change?: Numbers
  readonly template?: string
  readonly created: Numbers
  readonly deleted: Numbers
  readonly pods: Readonly<Record<string, Numbers>>
  readonly nodesWith: Numbers
  readonly status: Numbers
}

/** One recorded case of `daemonset`. */
export interface DaemonSetCase extends RecordedCase {
  readonly nodes: number
  readonly maxSurge: IntOrPercent
  readonly maxUnavailable: IntOrPercent
  readonly podsTerminate: 'instantly' | 'held'
  readonly steps: readonly Step[]
}

interface RecordedNode {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly Partial<Taint>[]
}

/** One recorded case of `daemonset-placement`. */
export interface PlacementCase extends RecordedCase {
  readonly nodes: readonly RecordedNode[]
  readonly spec: {
    readonly nodeSelector?: Readonly<Record<string, string>>
    readonly requiredZones?: readonly string[]
    readonly tolerations?: readonly Partial<Toleration>[]
    readonly hostNetwork?: boolean
  }
  readonly steps: readonly { readonly changed?: RecordedNode; readonly podsOn: readonly string[] }[]
}

/** Random orders that are tried for a step. */
const TRIES = 100

const count = (into: Numbers, key: string): void => void (into[key] = (into[key] ?? 0) + 1)

/** Pods that also count what the controller did. */
class CountingPods extends ScriptedPods {
  created: Numbers = {}
  deleted: Numbers = {}

  override create(controller: PodController, pod: NewPod): PodId {
    count(this.created, letter(pod.template))
    return super.create(controller, pod)
  }

  override delete(pod: PodId): void {
    count(this.deleted, `${letter(this.objects.template[pod])} ${this.objects.ready[pod] === 1 ? 'ready' : 'not ready'}`)
    super.delete(pod)
  }

  stateOf(pod: PodId): string {
    return this.objects.deleting[pod] === 1 ? 'terminating' : this.objects.ready[pod] === 1 ? 'ready' : 'notReady'
  }
}

class DaemonSetReplay {
  private readonly simulator = new Simulator()
  private readonly pods: CountingPods
  private readonly controller: DaemonSetController
  private readonly set: DaemonSet
  /** Random order of the step under way. */
  private draws = new Streams('order', 0).stream('0')

  constructor(
    nodes: DaemonNodes,
    placement: DaemonPlacement,
    limits: Pick<DaemonSetCase, 'maxSurge' | 'maxUnavailable' | 'podsTerminate'>,
  ) {
    const { simulator } = this
    this.pods = new CountingPods(simulator, limits.podsTerminate === 'held')
    this.controller = new DaemonSetController({
      simulator,
      objects: this.pods.objects,
      control: this.pods,
      nodes,
      order: (rows) => this.shuffled(rows),
      latency: 0,
    })
    const { maxSurge, maxUnavailable } = limits
    this.set = this.controller.create({ template: 0, updateStrategy: 'RollingUpdate', maxSurge, maxUnavailable, minReady: 0 }, placement)
  }

  settle(): void {
    passUntil(this.simulator, this.simulator.now + 2 * SECOND)
  }

  nodesChanged(): void {
    this.controller.nodesChanged()
  }

  nodesWithPods(): NodeId[] {
    return [...this.set.pods.keys()]
  }

  private shuffled<T>(list: readonly T[]): T[] {
    const keys = new Map(list.map((item) => [item, this.draws.next()]))
    return [...list].sort((a, b) => keys.get(a)! - keys.get(b)!)
  }

  /** @param seed of the random order */
  run(step: Step, seed: number): string | null {
    const { pods } = this
    this.draws = new Streams('order', seed).stream('step')
    pods.created = {}
    pods.deleted = {}
    this.act(step)
    this.settle()
    const states: Record<string, Numbers> = {}
    for (const pod of pods.existing) count((states[letter(pods.objects.template[pod])] ??= {}), pods.stateOf(pod))
    const nodesWith: Numbers = {}
    for (const on of this.set.pods.values()) {
      const texts = on.map((pod) => `${letter(pods.objects.template[pod])} ${pods.stateOf(pod)}`)
      count(nodesWith, `[${texts.sort().join(' ')}]`)
    }
    const { created, deleted, pods: recordedPods, nodesWith: recordedNodes, status } = step
    const emptied = Object.fromEntries(Object.entries(recordedNodes).filter(([text]) => text !== '[]'))
    return firstDifference(
      { created, deleted, pods: recordedPods, nodesWith: emptied, status },
      { created: pods.created, deleted: pods.deleted, pods: states, nodesWith, status: this.set.status },
    )
  }

  private act(step: Step): void {
    const { pods } = this
    if (step.do === 'template') this.controller.update(this.set, { template: numberOf(step.template!) })
    for (const [template, number] of Object.entries(step.change ?? {})) {
      const wanted = { ready: 'notReady', unready: 'ready', gone: 'terminating' }[step.do]
      const among = pods.existing.filter((pod) => pods.objects.template[pod] === numberOf(template) && pods.stateOf(pod) === wanted)
      for (const pod of this.shuffled(among).slice(0, number)) {
        if (step.do === 'gone') pods.remove(pod)
        else pods.setReady(pod, step.do === 'ready')
      }
    }
  }
}

/** Runs the steps with the given seeds; the difference of the last one. */
function differenceAt(recorded: DaemonSetCase, seeds: readonly number[]): string | null {
  const rows = Array.from({ length: recorded.nodes }, (_, node) => node)
  const nodes: DaemonNodes = { existing: () => rows, taints: () => [] }
  const replay = new DaemonSetReplay(nodes, { tolerations: [], hostNetwork: false, matches: () => true }, recorded)
  let difference: string | null = null
  for (const [i, seed] of seeds.entries()) {
    const step = recorded.steps[i]
    if (step.do === 'add node') {
      rows.push(rows.length)
      replay.nodesChanged()
    }
    difference = replay.run(step, seed)
  }
  return difference
}

/** Replays one case of `daemonset`. */
export function replayDaemonSet(recorded: DaemonSetCase): string | null {
  const seeds: number[] = []
  for (const [i, step] of recorded.steps.entries()) {
    const first = differenceAt(recorded, [...seeds, 0])
    let seed = 0
    while (seed < TRIES && differenceAt(recorded, [...seeds, seed]) !== null) seed++
    if (seed === TRIES) return `step ${i} (${step.do}): ${first}`
    seeds.push(seed)
  }
  return null
}

/** Replays one case of `daemonset-placement`. */
export function replayDaemonPlacement({ nodes: recorded, spec, steps }: PlacementCase): string | null {
  const list = [...recorded]
  const nodes: DaemonNodes = {
    existing: () => list.keys(),
    taints: (node) => list[node].taints.map((taint): Taint => ({ key: '', value: '', effect: 'NoSchedule', ...taint })),
  }
  const placement: DaemonPlacement = {
    tolerations: (spec.tolerations ?? []).map((toleration) => ({ key: '', operator: 'Equal', value: '', effect: '', ...toleration })),
    hostNetwork: spec.hostNetwork ?? false,
    matches: (node) => {
      const { labels } = list[node]
      const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)
      return selected && (spec.requiredZones === undefined || spec.requiredZones.includes(labels.zone))
    },
  }
  const replay = new DaemonSetReplay(nodes, placement, { maxSurge: 0, maxUnavailable: 1, podsTerminate: 'instantly' })
  for (const [i, { changed, podsOn }] of steps.entries()) {
    if (changed !== undefined) {
      list[list.findIndex(({ name }) => name === changed.name)] = changed
      replay.nodesChanged()
    }
    replay.settle()
    const ours = replay.nodesWithPods().map((node) => list[node].name)
    const difference = firstDifference([...podsOn].sort(), ours.sort(), 'podsOn')
    if (difference !== null) return `step ${i}: ${difference}`
  }
  return null
}
