/**
 * The pulls of one node: a number of them at a time, the others wait in their order. Serialized, each request is a pull of its own, and the
 * second one of an image finds it there; in parallel, a request for an image that is being pulled waits for that pull, as the runtime does.
 * Source: Kubernetes 1.34 pkg/kubelet/images/puller.go, pkg/kubelet/images/helpers.go (limit of requests).
 */
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { DownloadHandle } from './registry.ts'
import type { ContainerImage, ImageSettings } from './spec.ts'

/** A container that waits for a pull, in one of its lives. */
export interface Waiting {
  readonly pod: PodId
  readonly life: number
}

/** A pull of an image on a node. */
export interface Pull {
  readonly node: NodeId
  readonly image: ContainerImage
  readonly pods: Waiting[]
  /** Null: the registry has not answered yet. */
  download: DownloadHandle | null
}

export class NodePulls {
  readonly running: Pull[] = []
  private readonly waiting: Pull[] = []
  private tokens: number
  private since: Time = 0
  private readonly settings: ImageSettings

  constructor(settings: ImageSettings) {
    this.settings = settings
    this.tokens = settings.burst
  }

  /** Whether the limit of requests allows another one; it does not wait for a token. */
  accepts(now: Time): boolean {
    const { qps, burst } = this.settings
    this.tokens = Math.min(burst, this.tokens + ((now - this.since) * qps) / 1e6)
    this.since = now
    if (this.tokens < 1 - 1e-9) return false
    this.tokens--
    return true
  }

  /** Returns the pull when it begins now, null when it waits or joins another one. */
  request(pull: Pull): Pull | null {
    const { parallel } = this.settings
    const same = parallel === 1 ? undefined : [...this.running, ...this.waiting].find(({ image }) => image.name === pull.image.name)
    if (same !== undefined) {
      same.pods.push(...pull.pods)
      return null
    }
    if (this.running.length < parallel) {
      this.running.push(pull)
      return pull
    }
    this.waiting.push(pull)
    return null
  }

  /** A pull has ended; returns those that begin. Those that nobody waits for any more are forgotten. */
  ended(pull: Pull, waits: (one: Waiting) => boolean): Pull[] {
    this.running.splice(this.running.indexOf(pull), 1)
    const next: Pull[] = []
    while (this.running.length < this.settings.parallel && this.waiting.length > 0) {
      const first = this.waiting.shift()!
      if (!first.pods.some(waits)) continue
      this.running.push(first)
      next.push(first)
    }
    return next
  }

  /** Ends all; returns those that had begun. */
  clear(): Pull[] {
    this.waiting.length = 0
    return this.running.splice(0)
  }
}
