/** Pulls of images: how many, how many failed, what they carried, and how long containers waited for their image. */
import type { Time } from '../common/ids.ts'

export class ImageRecorder {
  pulls = 0
  failures = 0
  /** Bytes that came from the registry. */
  bytes = 0
  /** Starts of containers whose image is named, those that found it on the node, and the time that all of them waited [µs]. */
  needed = 0
  hits = 0
  waited = 0
  /** Images that kubelets removed from full disks. */
  collected = 0
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  pulled(bytes: number, now: Time): void {
    if (now < this.windowStart) return
    this.pulls++
    this.bytes += bytes
  }

  failed(now: Time): void {
    if (now >= this.windowStart) this.failures++
  }

  /** A container has its image, which it has waited for since a time. */
  found(since: Time, hit: boolean, now: Time): void {
    if (now < this.windowStart) return
    this.needed++
    this.waited += now - since
    if (hit) this.hits++
  }

  removed(images: number, now: Time): void {
    if (now >= this.windowStart) this.collected += images
  }
}
