/** Replays the single decisions of kube-scheduler, and sequences of them. */
import type { KubeCluster, KubePod } from '../../../scheduling/profiles/kubernetes/objects.ts'
import { ClusterState } from '../../../scheduling/profiles/kubernetes/cluster.ts'
import type { NodeInfo } from '../../../scheduling/profiles/kubernetes/node-info.ts'
import { podInfo } from '../../../scheduling/profiles/kubernetes/pod-info.ts'
import { profileOf, type ProfileOptions } from '../../../scheduling/profiles/kubernetes/profile.ts'
import { decisionRecord } from '../../../scheduling/profiles/kubernetes/record.ts'
import { KubeScheduler, type KubeDecision } from '../../../scheduling/profiles/kubernetes/scheduler.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'

type Answer = Readonly<Record<string, unknown>>

/** One recorded decision. */
export interface ScheduleCase extends RecordedCase {
  readonly cluster: KubeCluster
  readonly pod: KubePod
  readonly config?: ProfileOptions | null
  readonly expect: Answer
}

type Step =
  | { readonly schedule: KubePod; readonly expect: Answer }
  | { readonly delete: string }
  | { readonly cordon: string }
  | { readonly uncordon: string }

/** One recorded sequence. */
export interface SequenceCase extends RecordedCase {
  readonly cluster: KubeCluster
  readonly steps: readonly Step[]
}

const names = (nodes: readonly NodeInfo[]): string[] => nodes.map(({ name }) => name)

/** Plugins that the recorded clusters give nothing to do; the real scheduler lists them as skipped. */
const IDLE = /^(Volume|NodeVolume|DynamicResources)/

const without = (skipped: unknown): string[] => ((skipped ?? []) as string[]).filter((name) => !IDLE.test(name)).sort()

/** Our decision in the form of the recording, without what it does not state. */
function answerOf(decision: KubeDecision, withPreemption: boolean): Answer {
  const { normalized: _normalized, chosen: _chosen, message: _message, preemption, ...record } = decisionRecord(decision)
  return {
    ...record,
    skippedFilterPlugins: without(record.skippedFilterPlugins),
    skippedScorePlugins: without(record.skippedScorePlugins),
    preemption: withPreemption ? preemption : null,
  }
}

/** Replays one decision. */
export function replayDecision({ cluster, pod, config, expect }: ScheduleCase): string | null {
  const scheduler = new KubeScheduler(profileOf({ ...config, percentageOfNodesToScore: 100 }), 'lowest index')
  const decision = scheduler.decide(podInfo(pod), new ClusterState(cluster))
  const { skippedFilterPlugins, skippedScorePlugins, ...rest } = expect
  const recorded = {
    ...rest,
    skippedFilterPlugins: without(skippedFilterPlugins),
    skippedScorePlugins: without(skippedScorePlugins),
  }
  return firstDifference(recorded, answerOf(decision, 'preemption' in expect), '', true)
}

/** Replays one sequence: pods that are placed count from then on. */
export function replaySequence({ cluster, steps }: SequenceCase): string | null {
  const nodes = cluster.nodes.map((node) => ({ ...node }))
  const state = new ClusterState({ ...cluster, nodes })
  const scheduler = new KubeScheduler(profileOf({ percentageOfNodesToScore: 100 }), 'lowest index')
  for (const [i, step] of steps.entries()) {
    if ('schedule' in step) {
      const pod = podInfo(step.schedule)
      const decision = scheduler.decide(pod, state)
      if (decision.chosen !== null) state.put(pod, decision.chosen)
      const difference = firstDifference(step.expect, sequenceAnswer(decision), '', true)
      if (difference !== null) return `step ${i}: ${difference}`
    } else if ('delete' in step) {
      if (state.take(step.delete) === undefined) return `step ${i}: no pod ${step.delete}`
    } else {
      const [name, unschedulable] = 'cordon' in step ? [step.cordon, true] : [step.uncordon, false]
      nodes.find((node) => node.name === name)!.unschedulable = unschedulable
    }
  }
  return null
}

function sequenceAnswer({ feasible, scores, best, chosen, rejected }: KubeDecision): Answer {
  const counts: Record<string, number> = {}
  for (const { plugin, reasons } of rejected.values()) {
    const key = `${plugin}: ${reasons.join('; ')}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return {
    feasible: names(feasible),
    total: scores?.total ?? null,
    best: names(best),
    chosen: chosen?.name ?? null,
    rejected: chosen === null ? counts : null,
  }
}
