/** Replays `replicaset-deletion`: which pods a ReplicaSet deletes when it shrinks. */
import { NONE } from '../../../common/ids.ts'
import { firstToDelete } from '../../../controllers/kubernetes/deletion-order.ts'
import { ApiPhase, PodObjects } from '../../../controllers/kubernetes/pod-objects.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'

interface RecordedPod {
  readonly name: string
  readonly uid: string
  readonly createdAgo: number
  readonly readyAgo?: number
  readonly phase: keyof typeof ApiPhase
  readonly node?: string
  readonly restarts?: number
  readonly sidecarRestarts?: number
  readonly deletionCost?: number
  readonly terminating?: boolean
}

/** One recorded case. */
export interface DeletionCase extends RecordedCase {
  readonly pods: readonly RecordedPod[]
  readonly related?: readonly RecordedPod[]
  readonly delete: number
  readonly deleted?: readonly string[]
  readonly open?: boolean
  readonly deletedInAllRuns?: readonly string[]
  readonly deletedInNoRun?: readonly string[]
}

const SECOND = 1_000_000
/** The time of the decision. */
const NOW = 1_000_000 * SECOND

/** Replays one case. */
export function replayDeletion(recorded: DeletionCase): string | null {
  const all = [...recorded.pods, ...(recorded.related ?? [])]
  const nodes = [...new Set(all.map(({ node }) => node))]
  const uids = all.map(({ uid }) => uid).sort()
  const objects = new PodObjects()
  all.forEach((pod, row) => {
    objects.open(row, { template: 0, node: pod.node === undefined ? NONE : nodes.indexOf(pod.node) }, uids.indexOf(pod.uid), 0)
    objects.phase[row] = ApiPhase[pod.phase]
    objects.ready[row] = Number(pod.readyAgo !== undefined)
    objects.readyChanged[row] = NOW - (pod.readyAgo ?? 0) * SECOND
    objects.created[row] = NOW - pod.createdAgo * SECOND
    objects.restarts[row] = pod.restarts ?? 0
    objects.sidecarRestarts[row] = pod.sidecarRestarts ?? 0
    objects.deletionCost[row] = pod.deletionCost ?? 0
    objects.deleting[row] = Number(pod.terminating ?? false)
  })
  const rows = all.map((_, row) => row).filter((row) => objects.isActive(row))
  const onNode = (node: number): number => rows.filter((row) => objects.node[row] === node).length
  const active = rows.filter((row) => row < recorded.pods.length)
  const chosen = firstToDelete(active, recorded.delete, objects, NOW, (pod) => onNode(objects.node[pod])).map((row) => all[row].name)
  return recorded.open === true
    ? openDifference(recorded, chosen)
    : firstDifference([...recorded.deleted!].sort(), [...chosen].sort(), 'deleted')
}

/** The real controller gave several answers: ours must contain what it always deleted and nothing that it never deleted. */
function openDifference({ deletedInAllRuns = [], deletedInNoRun = [] }: DeletionCase, chosen: readonly string[]): string | null {
  const missing = deletedInAllRuns.filter((name) => !chosen.includes(name))
  if (missing.length > 0) return `deleted in all runs, not by ours: ${missing.join(', ')}`
  const wrong = deletedInNoRun.filter((name) => chosen.includes(name))
  return wrong.length > 0 ? `deleted in no run, but by ours: ${wrong.join(', ')}` : null
}
