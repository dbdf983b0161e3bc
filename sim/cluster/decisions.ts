/** A reusable sheet of decisions, and what became of each. Columns, because a wake may bind thousands of pods. */

export const DecisionKind = { Bind: 0, Evict: 1, Decline: 2 } as const

export class Decisions {
  count = 0
  kind = new Uint8Array(64)
  pod = new Int32Array(64)
  node = new Int32Array(64)
  /** Devices the pod takes (bit d); NONE lets the cluster pick them. */
  deviceMask = new Int32Array(64)
  /** Decisions of one group stand or fall together. */
  group = new Int32Array(64)
  /** Filled by `Cluster.commit`: 1 accepted, 0 refused. */
  accepted = new Uint8Array(64)
  /** Nodes examined in all, for the decision-time model. */
  examined = 0
  private groups = 0
  private open = false

  clear(): void {
    this.count = 0
    this.examined = 0
    this.groups = 0
    this.open = false
  }

  bind(pod: number, node: number, deviceMask = -1): void {
    this.add(DecisionKind.Bind, pod, node, deviceMask)
  }

  evict(pod: number): void {
    this.add(DecisionKind.Evict, pod, -1, 0)
  }

  /** Looked at, and no node found: the pod waits until something that could help it changes. */
  decline(pod: number): void {
    this.add(DecisionKind.Decline, pod, -1, 0)
  }

  /** Until `endGroup`, everything added is one transaction. */
  beginGroup(): void {
    this.open = true
  }

  endGroup(): void {
    this.open = false
    this.groups++
  }

  private add(kind: number, pod: number, node: number, deviceMask: number): void {
    const row = this.count++
    if (row === this.pod.length) this.grow()
    this.kind[row] = kind
    this.pod[row] = pod
    this.node[row] = node
    this.deviceMask[row] = deviceMask
    this.group[row] = this.groups
    if (!this.open) this.groups++
  }

  private grow(): void {
    const larger = <T extends Uint8Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old)
      return fresh
    }
    const length = this.pod.length * 2
    this.kind = larger(this.kind, new Uint8Array(length))
    this.accepted = larger(this.accepted, new Uint8Array(length))
    this.pod = larger(this.pod, new Int32Array(length))
    this.node = larger(this.node, new Int32Array(length))
    this.deviceMask = larger(this.deviceMask, new Int32Array(length))
    this.group = larger(this.group, new Int32Array(length))
  }
}
