/**
 * Attaches volumes to nodes and detaches them, as the attach/detach controller of Kubernetes 1.34 does. A volume of one node waits until it
 * is detached from another. It is detached when no pod on the node uses it any more; on a node that does not answer the unmount cannot be
 * confirmed, and the volume is detached by force six minutes after its last pod was removed, unless the node answers again or is tainted as
 * out of service before.
 * Sources: pkg/controller/volume/attachdetach/reconciler/reconciler.go (maxWaitForUnmountDuration 6 min, nodeIsHealthy, out-of-service).
 */
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { StorageRecorder } from '../../measure/storage-recorder.ts'
import { draw } from './draw.ts'
import type { Driver } from './spec.ts'
import { isShared, type Volume } from './volume.ts'

/** Longest wait for the unmount on a node that does not answer [µs]. */
export const MAX_UNMOUNT_WAIT: Time = 360_000_000

/** Draws of a volume: time to attach, time to detach. */
const ATTACH = 1
const DETACH = 2

/** What attachments need of the run. */
export interface AttachmentsRun {
  readonly simulator: Simulator
  readonly recorder: StorageRecorder
  /** Whether the kubelet of the node answers. */
  reaches(node: NodeId): boolean
  /** Every volume that the pod waits for on the node is attached to it, or one of them is. */
  attached(pod: PodId, volume: Volume): void
  /** The volume has left a node. */
  detached(volume: Volume): void
}

type State = 'attaching' | 'attached' | 'unmounting' | 'detaching'

/** A volume on a node. */
interface Attachment {
  readonly volume: Volume
  readonly driver: Driver
  readonly node: NodeId
  state: State
  /** Pods that use the volume on the node. */
  readonly pods: Set<PodId>
  /** Number of the present wait for an unmount; timers of an earlier one are void. */
  wait: number
}

/** A pod that waits until a volume can be attached. */
interface Request {
  readonly volume: Volume
  readonly driver: Driver
  readonly node: NodeId
  readonly pod: PodId
}

/** What a node does with volumes. */
interface NodeVolumes {
  readonly attached: Set<Attachment>
  /** Operations that wait for their turn, on nodes that do one at a time. */
  readonly turns: (() => void)[]
  busy: boolean
}

export class Attachments {
  /** Until the origin nothing takes time. */
  warm = true
  private readonly nodes = new Map<NodeId, NodeVolumes>()
  private readonly byVolume = new Map<Volume, Map<NodeId, Attachment>>()
  private readonly requests: Request[] = []
  /** By (pod, volume): when it was requested. */
  private readonly since = new Map<string, Time>()
  private readonly outOfService = new Set<NodeId>()
  private readonly byRow = new Map<number, Attachment>()
  private readonly done: number
  private readonly timeout: number
  private rows = 0
  private readonly run: AttachmentsRun

  constructor(run: AttachmentsRun) {
    this.run = run
    this.done = run.simulator.register('volume is attached or detached', (row) => this.finished(row))
    this.timeout = run.simulator.register('unmount of a volume is given up', (row, wait) => this.giveUp(row, wait))
  }

  isAttached(volume: Volume): boolean {
    return this.byVolume.has(volume)
  }

  /** Nodes to which the volume is attached, or about to be or not to be. */
  nodesOf(volume: Volume): NodeId[] {
    return [...(this.byVolume.get(volume)?.keys() ?? [])]
  }

  /** The pod needs the volume on the node: true when it is attached already, otherwise `attached` follows. */
  request(volume: Volume, driver: Driver, node: NodeId, pod: PodId): boolean {
    const there = this.byVolume.get(volume)?.get(node)
    if (there?.state === 'attached' || there?.state === 'unmounting') {
      there.state = 'attached'
      there.pods.add(pod)
      return true
    }
    if (this.requests.some((one) => one.pod === pod && one.volume === volume)) return false
    const key = keyOf(pod, volume)
    if (!this.since.has(key)) this.since.set(key, this.run.simulator.now)
    if (there?.state === 'attaching') there.pods.add(pod)
    else if (this.canAttach(volume, driver, node)) this.attach({ volume, driver, node, pod })
    else this.requests.push({ volume, driver, node, pod })
    return there === undefined && this.byVolume.get(volume)?.get(node)?.state === 'attached'
  }

  /** The pod has ended, or does not need the volume on the node any more. */
  release(volume: Volume, node: NodeId, pod: PodId): void {
    this.since.delete(keyOf(pod, volume))
    const place = this.requests.findIndex((one) => one.pod === pod && one.volume === volume)
    if (place >= 0) this.requests.splice(place, 1)
    const there = this.byVolume.get(volume)?.get(node)
    if (there?.pods.delete(pod) === true && there.pods.size === 0 && there.state === 'attached') this.unmount(there)
  }

  private canAttach(volume: Volume, driver: Driver, node: NodeId): boolean {
    const elsewhere = this.byVolume.get(volume)
    if (elsewhere !== undefined && (elsewhere.has(node) || !isShared(volume))) return false
    let count = 0
    for (const one of this.of(node).attached) if (one.driver === driver) count++
    return count < driver.attachLimit
  }

  private of(node: NodeId): NodeVolumes {
    let known = this.nodes.get(node)
    if (known === undefined) this.nodes.set(node, (known = { attached: new Set(), turns: [], busy: false }))
    return known
  }

  private attach({ volume, driver, node, pod }: Request): void {
    const attachment: Attachment = { volume, driver, node, state: 'attaching', pods: new Set([pod]), wait: 0 }
    this.of(node).attached.add(attachment)
    const nodes = this.byVolume.get(volume) ?? new Map<NodeId, Attachment>()
    this.byVolume.set(volume, nodes.set(node, attachment))
    if (this.warm) attachment.state = 'attached'
    else this.inTurn(attachment, () => draw(driver.attach, volume.random, ATTACH, volume.attached++))
  }

  /** Starts the operation of the attachment, when the node has none under way if it does one at a time. */
  private inTurn(attachment: Attachment, time: () => Time): void {
    const { simulator } = this.run
    const node = this.of(attachment.node)
    const start = (): void => {
      node.busy = attachment.driver.serial
      const row = this.rows++
      this.byRow.set(row, attachment)
      simulator.at(simulator.now + time(), this.done, row, 0)
    }
    if (attachment.driver.serial && node.busy) node.turns.push(start)
    else start()
  }

  private finished(row: number): void {
    const attachment = this.byRow.get(row)!
    this.byRow.delete(row)
    const node = this.of(attachment.node)
    if (attachment.driver.serial) {
      node.busy = false
      node.turns.shift()?.()
    }
    if (attachment.state === 'attaching') this.isThere(attachment)
    else this.isGone(attachment)
  }

  private isThere(attachment: Attachment): void {
    const { simulator, recorder } = this.run
    const { volume, pods } = attachment
    attachment.state = 'attached'
    if (pods.size === 0) {
      this.detach(attachment)
      return
    }
    for (const pod of [...pods]) {
      const since = this.since.get(keyOf(pod, volume))
      this.since.delete(keyOf(pod, volume))
      if (since !== undefined && recorder.counts(since)) recorder.attach.record(simulator.now - since)
      this.run.attached(pod, volume)
    }
  }

  /** No pod uses it: it is unmounted at once where the node answers. */
  private unmount(attachment: Attachment): void {
    const { node } = attachment
    if (this.run.reaches(node)) {
      this.detach(attachment)
      return
    }
    if (this.outOfService.has(node)) {
      this.force(attachment)
      return
    }
    attachment.state = 'unmounting'
    const { simulator } = this.run
    const row = this.rows++
    this.byRow.set(row, attachment)
    simulator.at(simulator.now + MAX_UNMOUNT_WAIT, this.timeout, row, ++attachment.wait)
  }

  private giveUp(row: number, wait: number): void {
    const attachment = this.byRow.get(row)!
    this.byRow.delete(row)
    if (attachment.state === 'unmounting' && attachment.wait === wait) this.force(attachment)
  }

  private force(attachment: Attachment): void {
    const { simulator, recorder } = this.run
    if (recorder.counts(simulator.now)) recorder.forced++
    attachment.volume.dirty = true
    this.detach(attachment)
  }

  private detach(attachment: Attachment): void {
    const { volume, driver } = attachment
    attachment.state = 'detaching'
    if (this.warm) this.isGone(attachment)
    else this.inTurn(attachment, () => draw(driver.detach, volume.random, DETACH, volume.attached))
  }

  private isGone(attachment: Attachment): void {
    const { volume, node } = attachment
    this.of(node).attached.delete(attachment)
    const nodes = this.byVolume.get(volume)!
    nodes.delete(node)
    if (nodes.size === 0) this.byVolume.delete(volume)
    this.run.detached(volume)
    this.retry(volume, node)
  }

  /** Requests that waited for the volume or for a place on the node, oldest first. */
  private retry(volume: Volume, node: NodeId): void {
    for (let i = 0; i < this.requests.length;) {
      const request = this.requests[i]
      const concerned = request.volume === volume || request.node === node
      const there = concerned ? this.byVolume.get(request.volume)?.get(request.node) : undefined
      const joins = there?.state === 'attaching' || there?.state === 'attached'
      if (joins) there.pods.add(request.pod)
      else if (concerned && this.canAttach(request.volume, request.driver, request.node)) this.attach(request)
      else {
        i++
        continue
      }
      this.requests.splice(i, 1)
      if (this.byVolume.get(request.volume)!.get(request.node)!.state === 'attached') this.run.attached(request.pod, request.volume)
    }
  }

  // ---- nodes

  /** The processes of the node died: its file systems were not unmounted. */
  died(node: NodeId): void {
    for (const { volume, state } of this.nodes.get(node)?.attached ?? []) if (state === 'attached') volume.dirty = true
  }

  /** The kubelet answers again: it unmounts what no pod uses. */
  recovered(node: NodeId): void {
    this.outOfService.delete(node)
    for (const one of [...(this.nodes.get(node)?.attached ?? [])]) if (one.state === 'unmounting') this.detach(one)
  }

  /** An operator vouches that the node is down: volumes are detached without waiting for the unmount. */
  isOutOfService(node: NodeId): void {
    this.outOfService.add(node)
    for (const one of [...(this.nodes.get(node)?.attached ?? [])]) if (one.state === 'unmounting') this.force(one)
  }

  /** A volume of one node is attached to one node, and no node holds more than the limits of its drivers. */
  check(): void {
    for (const [volume, nodes] of this.byVolume)
      if (!isShared(volume) && nodes.size > 1)
        throw new Error(`volume ${volume.name} is attached to the nodes ${[...nodes.keys()].join(', ')}, expected one`)
    for (const [node, { attached }] of this.nodes) {
      const counts = new Map<Driver, number>()
      for (const { driver } of attached) counts.set(driver, (counts.get(driver) ?? 0) + 1)
      for (const [driver, count] of counts)
        if (count > driver.attachLimit)
          throw new Error(`node ${node} holds ${count} volumes of ${driver.name}, expected at most ${driver.attachLimit}`)
    }
  }
}

const keyOf = (pod: PodId, volume: Volume): string => `${pod} ${volume.name}`
