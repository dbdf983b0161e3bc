/**
 * Which pods a ReplicaSet or a Job deletes first when it has too many. Source: Kubernetes 1.34 pkg/controller/controller_utils.go,
 * ActivePodsWithRanks, with the correction of the recordings: ages are compared only when the times differ.
 */
import { NONE, type PodId, type Time } from '../../common/ids.ts'
import { ApiPhase, type PodObjects } from './pod-objects.ts'

/** Nanoseconds in a microsecond. */
const NANOSECONDS = 1000

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0

/** trunc(log2(age in nanoseconds)) for ages above zero: ages in one bucket count as equal. */
export function ageBucket(age: Time): number {
  float[0] = age * NANOSECONDS
  return (words[HIGH] >>> 20) - 1023
}

const phaseRank = (phase: ApiPhase): number => (phase === ApiPhase.Pending ? 0 : phase === ApiPhase.Unknown ? 1 : 2)

/** Below 0: the pod whose time is `a` goes first. Younger ones go first by bucket, then by lower UID; 0 for equal times. */
function compareAges(a: Time, b: Time, uids: number, now: Time): number {
  if (a === b) return 0
  return ageBucket(now - a) - ageBucket(now - b) || uids
}

/**
 * Compares two active pods; below 0: `a` is deleted first. `rankOf` is the number of active pods of the same owner on the pod's node, higher
 * first; without it nodes do not count. The order is not transitive: a sort with it depends on the input order where it runs in a circle.
 */
export function compareForDeletion(pods: PodObjects, now: Time, rankOf: ((pod: PodId) => number) | null): (a: PodId, b: PodId) => number {
  return (a, b) => {
    const assigned = Number(pods.node[a] !== NONE) - Number(pods.node[b] !== NONE)
    if (assigned !== 0) return assigned
    const phase = phaseRank(pods.phase[a]) - phaseRank(pods.phase[b])
    if (phase !== 0) return phase
    if (pods.ready[a] !== pods.ready[b]) return pods.ready[a] - pods.ready[b]
    if (rankOf !== null) {
      const cost = pods.deletionCost[a] - pods.deletionCost[b]
      if (cost !== 0) return cost
      const ranks = rankOf(b) - rankOf(a)
      if (ranks !== 0) return ranks
    }
    const uids = pods.uid[a] - pods.uid[b]
    if (pods.ready[a] === 1) {
      const age = compareAges(pods.readyChanged[a], pods.readyChanged[b], uids, now)
      if (age !== 0) return age
    }
    return (
      pods.restarts[b] - pods.restarts[a] ||
      pods.sidecarRestarts[b] - pods.sidecarRestarts[a] ||
      compareAges(pods.created[a], pods.created[b], uids, now)
    )
  }
}

/** The `count` pods that are deleted first. All of them when `count` reaches their number. */
export function firstToDelete(
  active: readonly PodId[],
  count: number,
  pods: PodObjects,
  now: Time,
  rankOf: ((pod: PodId) => number) | null,
): readonly PodId[] {
  if (count >= active.length) return active
  return [...active].sort(compareForDeletion(pods, now, rankOf)).slice(0, count)
}
