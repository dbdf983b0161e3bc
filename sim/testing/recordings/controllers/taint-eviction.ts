/** Replays `taint-eviction`: when pods of tainted nodes are deleted. */
import type { Taint } from '../../../cluster/spec.ts'
import { Simulator } from '../../../engine/simulator.ts'
import { TaintEviction, type TimedToleration } from '../../../controllers/kubernetes/taint-eviction.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { passUntil, SECOND } from './names.ts'

/** One recorded case. */
export interface TaintEvictionCase extends RecordedCase {
  readonly pods: readonly {
    readonly name: string
    readonly node: string
    readonly tolerations?: readonly (Partial<TimedToleration> & { readonly tolerationSeconds?: number })[]
  }[]
  readonly edits: readonly { readonly at: number; readonly node: string; readonly taints: readonly Partial<Taint>[] }[]
  readonly deletedAt: Readonly<Record<string, number>>
}

const nodeOf = (name: string): number => Number(name.slice(1))

/** Replays one case. */
export function replayTaintEviction({ pods, edits, deletedAt }: TaintEvictionCase): string | null {
  const simulator = new Simulator()
  const ours: Record<string, number> = {}
  const eviction = new TaintEviction(simulator, (pod) => {
    ours[pods[pod].name] = simulator.now / SECOND
    eviction.podGone(pod)
  })
  pods.forEach(({ node, tolerations = [] }, pod) => {
    const timed = tolerations.map(({ tolerationSeconds, ...toleration }): TimedToleration => ({
      key: '',
      operator: 'Equal',
      value: '',
      effect: '',
      ...toleration,
      ...(tolerationSeconds === undefined ? {} : { seconds: tolerationSeconds }),
    }))
    eviction.podAdded(pod, nodeOf(node), timed)
  })
  for (const { at, node, taints } of edits) {
    const full = taints.map((taint): Taint => ({ key: '', value: '', effect: 'NoExecute', ...taint }))
    passUntil(simulator, at * SECOND) // a timer that ends at the time of an edit fires before it
    eviction.taintsChanged(nodeOf(node), full)
  }
  simulator.run(Infinity)
  return firstDifference(deletedAt, ours)
}
