/**
 * The images of containers: kept on nodes, pulled from the registry where the pull policy wants it, some pulls of a node at a time, and tried
 * again with back-off. The layers that are on the node are not pulled again.
 *
 * Faithful: pull policies (Always asks the registry also for an image that is there), serialized or parallel pulls, back-off by pod and image,
 * collection of full disks, limit of requests. Simplified: a pull is downloaded and unpacked at one bandwidth; an image is used until its pods
 * have left the node; downloads that break begin again; each kubelet looks at its disk every five minutes at a phase of its own.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ImageRecorder } from '../../measure/image-recorder.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { failedAgain, nextAttempt, nextSync, type ImageBackOff } from './back-off.ts'
import { NodeImages } from './node-images.ts'
import { NodePulls, type Pull } from './node-pulls.ts'
import { Registry } from './registry.ts'
import type { ContainerImage, ImageSettings } from './spec.ts'

/** Period of the collection of images. Source: Kubernetes 1.34 pkg/kubelet/kubelet.go (ImageGCPeriod). */
const COLLECTION: Time = 300_000_000

/** What images need of the run. */
export interface ImagesRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly images: ImageRecorder
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
}

/** Whose containers they are. */
export interface ImagesHost {
  imageOf(pod: PodId): ContainerImage
  /** True: the registry has no such image. */
  isMissing(pod: PodId): boolean
  nodeOf(pod: PodId): NodeId
  /** Number of the present life of the container: what belongs to an earlier one is void. */
  lifeOf(pod: PodId): number
  /** The image is being pulled; it is on the node, where it was before (`hit`) or not; it could not be pulled, and is tried again. */
  pulling(pod: PodId): void
  present(pod: PodId, hit: boolean): void
  failed(pod: PodId): void
}

/** A container that needs its image. */
interface Need {
  readonly life: number
  readonly since: Time
}

export class Images {
  /** Until when the registry does not answer. */
  private downUntil: Time = 0
  private readonly registry: Registry
  private readonly nodes: NodeImages
  private readonly pulls = new Map<NodeId, NodePulls>()
  /** Nodes whose disk is looked at again. */
  private readonly collecting = new Set<NodeId>()
  private readonly needs = new Map<PodId, Need>()
  private readonly backOffs = new Map<PodId, ImageBackOff>()
  /** Pods that keep an image on their node. */
  private readonly users = new Map<PodId, { readonly node: NodeId; readonly name: string }>()
  private readonly syncs: KeyedStream
  private readonly phases: KeyedStream
  private readonly checks: number
  private readonly answers: number
  private readonly collects: number
  private readonly asked: Pull[] = []
  private readonly run: ImagesRun
  private readonly settings: ImageSettings
  private readonly host: ImagesHost

  constructor(run: ImagesRun, settings: ImageSettings, host: ImagesHost) {
    const { simulator, streams, cluster, nodes } = run
    this.run = run
    this.settings = settings
    this.host = host
    this.registry = new Registry(simulator, settings)
    this.nodes = new NodeImages(run, settings)
    cluster.shown.images = this.nodes
    nodes.whenLeft((node) => this.left(node))
    this.syncs = streams.keyed('syncs of pods without an image')
    this.phases = streams.keyed('phases of image collection')
    this.checks = simulator.register('image of a container', (pod, life) => {
      if (host.lifeOf(pod) === life) this.check(pod)
    })
    this.answers = simulator.register('registry answers', () => this.answered(this.asked.shift()!))
    this.collects = simulator.register('images are collected', (node) => this.collect(node))
  }

  /** The container of the pod is started at a time: `present` follows. */
  ensure(pod: PodId, time: Time): void {
    const life = this.host.lifeOf(pod)
    this.needs.set(pod, { life, since: time })
    this.run.simulator.at(time, this.checks, pod, life)
  }

  /** The pod has run since long before. */
  warm(pod: PodId): void {
    this.nodes.add(this.host.nodeOf(pod), this.host.imageOf(pod))
    this.use(pod)
  }

  /** The pod has left its node. */
  gone(pod: PodId): void {
    this.needs.delete(pod)
    this.backOffs.delete(pod)
    const used = this.users.get(pod)
    if (used === undefined) return
    this.users.delete(pod)
    this.nodes.of(used.node).uses(used.name, -1, this.run.simulator.now)
  }

  /** The processes of the node have died: its pulls end. Its disk stays. */
  died(node: NodeId): void {
    for (const { download } of this.pulls.get(node)?.clear() ?? []) if (download !== null) this.registry.cancel(download)
  }

  private left(node: NodeId): void {
    this.died(node)
    this.pulls.delete(node)
    this.nodes.left(node)
    this.collecting.delete(node)
  }

  /** The registry does not answer for a duration, and all downloads break. */
  breaks(duration: Time): void {
    this.downUntil = Math.max(this.downUntil, this.run.simulator.now + duration)
    const broken = [...this.pulls.values()].flatMap((pulls) => pulls.running.filter(({ download }) => download !== null))
    for (const pull of broken) {
      this.registry.cancel(pull.download!)
      this.ended(pull, false)
    }
  }

  private pullsOf(node: NodeId): NodePulls {
    let pulls = this.pulls.get(node)
    if (pulls === undefined) this.pulls.set(node, (pulls = new NodePulls(this.settings)))
    return pulls
  }

  /** A sync of the pod, in which its container would start. */
  private check(pod: PodId): void {
    const { policy, name } = this.host.imageOf(pod)
    const node = this.host.nodeOf(pod)
    const present = this.nodes.has(node, name)
    if (present && policy !== 'Always') this.found(pod, true)
    else if (policy === 'Never') this.neverPulled(pod)
    else this.pull(pod, node)
  }

  private neverPulled(pod: PodId): void {
    const { now } = this.run.simulator
    this.run.images.failed(now)
    const life = this.host.lifeOf(pod)
    this.host.failed(pod)
    // The pod may have ended of it.
    if (this.host.lifeOf(pod) === life) this.again(pod, nextSync(now, this.draw(life, 0)))
  }

  private pull(pod: PodId, node: NodeId): void {
    const pulls = this.pullsOf(node)
    const { now } = this.run.simulator
    this.host.pulling(pod)
    if (!pulls.accepts(now)) {
      this.failed(pod)
      return
    }
    const begun = pulls.request({ node, image: this.host.imageOf(pod), pods: [{ pod, life: this.host.lifeOf(pod) }], download: null })
    if (begun !== null) this.ask(begun)
  }

  /** The registry is asked for the layers of an image. */
  private ask(pull: Pull): void {
    const { simulator } = this.run
    this.asked.push(pull)
    simulator.at(simulator.now + this.settings.latency, this.answers, 0, 0)
  }

  private answered(pull: Pull): void {
    const { simulator } = this.run
    if (!this.pullsOf(pull.node).running.includes(pull)) return // its node has died
    const cache = this.nodes.of(pull.node)
    const bytes = cache.missing(pull.image)
    const unknown = pull.pods.some(({ pod, life }) => this.host.lifeOf(pod) === life && this.host.isMissing(pod))
    if (simulator.now < this.downUntil || unknown || bytes > cache.free) this.ended(pull, false)
    else if (bytes === 0) this.ended(pull, true)
    else {
      pull.download = this.registry.begin(bytes, () => {
        this.run.images.pulled(bytes, simulator.now)
        this.ended(pull, true)
      })
    }
  }

  private ended(pull: Pull, success: boolean): void {
    const { node, image, pods } = pull
    if (success) {
      this.nodes.add(node, image)
      this.looksAtDisk(node)
    }
    const next = this.pullsOf(node).ended(pull, ({ pod, life }) => this.host.lifeOf(pod) === life)
    for (const { pod, life } of pods) {
      if (this.host.lifeOf(pod) !== life) continue
      if (success) this.found(pod, false)
      else this.failed(pod)
    }
    for (const one of next) this.ask(one)
  }

  private found(pod: PodId, hit: boolean): void {
    const { simulator, images } = this.run
    images.found(this.needs.get(pod)!.since, hit, simulator.now)
    this.needs.delete(pod)
    this.use(pod)
    this.host.present(pod, hit)
  }

  private use(pod: PodId): void {
    if (this.users.has(pod)) return
    const node = this.host.nodeOf(pod)
    const { name } = this.host.imageOf(pod)
    this.users.set(pod, { node, name })
    this.nodes.of(node).uses(name, 1, this.run.simulator.now)
  }

  private failed(pod: PodId): void {
    const { simulator, images } = this.run
    images.failed(simulator.now)
    const life = this.host.lifeOf(pod)
    this.host.failed(pod)
    if (this.host.lifeOf(pod) !== life) return // it has ended of it
    const backOff = failedAgain(this.backOffs.get(pod), simulator.now)
    this.backOffs.set(pod, backOff)
    this.again(pod, nextAttempt(backOff, (sync) => this.draw(life, sync)).time)
  }

  /** The uniform of the sync-th sync after this one. */
  private draw(life: number, sync: number): number {
    return this.syncs.at(life, Math.floor(this.run.simulator.now / 1e6) + sync)
  }

  private again(pod: PodId, time: Time): void {
    this.run.simulator.at(time, this.checks, pod, this.host.lifeOf(pod))
  }

  /** A disk that is full is looked at by the next collection of its kubelet. */
  private looksAtDisk(node: NodeId): void {
    if (!this.nodes.of(node).isFull || this.collecting.has(node)) return
    this.collecting.add(node)
    const { simulator } = this.run
    const phase = Math.floor(this.phases.at(node, 0) * COLLECTION)
    const turn = Math.floor((simulator.now - phase) / COLLECTION) + 1
    simulator.at(phase + turn * COLLECTION, this.collects, node, 0)
  }

  private collect(node: NodeId): void {
    if (!this.collecting.delete(node)) return
    const { now } = this.run.simulator
    this.run.images.removed(this.nodes.collect(node), now)
    this.looksAtDisk(node)
  }
}
