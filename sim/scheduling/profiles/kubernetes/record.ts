/** A decision as plain values, in the form in which recordings of kube-scheduler state it and `orchsim explain schedule --json` prints it. */
import type { NodeInfo } from './node-info.ts'
import type { Preemption } from './preemption.ts'
import type { Rejection } from './plugin.ts'
import type { KubeDecision } from './scheduler.ts'

/** Scores of the feasible nodes by plugin, in the order of `feasible`. */
type ScoreRecord = Readonly<Record<string, readonly number[]>>

/** What preemption found. */
export interface PreemptionRecord {
  readonly eligible: boolean
  /** Why the pod may not preempt; absent when it may. */
  readonly message?: string
  readonly potentialNodes: readonly string[]
  /** By node: victims as namespace/name, most important first. */
  readonly candidates: Readonly<Record<string, { readonly victims: readonly string[]; readonly pdbViolations: number }>>
  readonly notCandidates: Readonly<Record<string, Rejection>>
  readonly best: readonly string[]
}

/** The decision on one pod. Nodes are named, in the order of the cluster. */
export interface DecisionRecord {
  readonly preFilterRejects: Rejection | null
  readonly preFilterNodes: readonly string[] | null
  readonly skippedFilterPlugins: readonly string[]
  readonly rejected: Readonly<Record<string, Rejection>>
  readonly feasible: readonly string[]
  readonly scored: boolean
  readonly skippedScorePlugins: readonly string[]
  readonly raw: ScoreRecord
  readonly normalized: ScoreRecord
  readonly weighted: ScoreRecord
  readonly total: readonly number[]
  readonly best: readonly string[]
  readonly chosen: string | null
  readonly preemption: PreemptionRecord | null
  /** Text of the event; empty when a node was found. */
  readonly message: string
}

const names = (nodes: readonly NodeInfo[]): string[] => nodes.map(({ name }) => name)
const byName = <T>(entries: Iterable<readonly [NodeInfo, T]>): Record<string, T> =>
  Object.fromEntries([...entries].map(([node, value]) => [node.name, value]))

/** Turns a decision into plain values. */
export function decisionRecord(decision: KubeDecision): DecisionRecord {
  const { rejects, only, scores, preemption, chosen, message } = decision
  return {
    preFilterRejects: rejects,
    preFilterNodes: only === null ? null : [...only].sort(),
    skippedFilterPlugins: [...decision.skippedFilters].sort(),
    rejected: byName(decision.rejected),
    feasible: names(decision.feasible),
    scored: scores !== null,
    skippedScorePlugins: [...(scores?.skipped ?? [])].sort(),
    raw: Object.fromEntries(scores?.raw ?? []),
    normalized: Object.fromEntries(scores?.normalized ?? []),
    weighted: Object.fromEntries(scores?.weighted ?? []),
    total: scores?.total ?? [],
    best: names(decision.best),
    chosen: chosen?.name ?? null,
    preemption: preemption === null ? null : preemptionRecord(preemption),
    message,
  }
}

function preemptionRecord({ eligible, message, potential, candidates, failed, best }: Preemption): PreemptionRecord {
  return {
    eligible,
    ...(message === '' ? {} : { message }),
    potentialNodes: names(potential),
    candidates: byName(
      candidates.map(
        ({ node, victims, violations }) => [node, { victims: victims.map(({ key }) => key), pdbViolations: violations }] as const,
      ),
    ),
    notCandidates: byName(failed),
    best: names(best.map(({ node }) => node)),
  }
}
