/** One store of samples for all workloads against its twin, which keeps every sample of every pod. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { NONE, type PodId } from '../common/ids.ts'
import type { PodCohorts } from '../serving/flow/cohorts.ts'
import type { ServiceLoad } from '../serving/load.ts'
import { Scrapes, type Averages } from './scrapes.ts'
import { UsageSamples } from './usage-samples.ts'

const SECOND = 1e6

interface Pod {
  readonly server: number
  readonly request: number
  /** Cores in use. */
  readonly rate: number
  readonly since: number
}

/** Pods that come and go on few server rows; a pod's work grows by its rate. */
class Pods {
  now = 0
  private changed = 0
  readonly alive = new Map<PodId, Pod>()
  private readonly epochs: number[] = []
  private next = 0
  /** Pods of one rate are a group. */
  readonly grouped: boolean

  constructor(grouped = false) {
    this.grouped = grouped
  }

  insideOf = ({ server, rate }: Pod): number => (this.grouped ? rate : server) + 1

  open(rate: number): void {
    const taken = new Set([...this.alive.values()].map(({ server }) => server))
    let server = 0
    while (taken.has(server)) server++
    this.epochs[server] ??= 0
    this.changed++
    this.alive.set(this.next++, { server, request: 100 + (this.next % 3), rate, since: this.now })
  }

  close(which: number): void {
    const pod = [...this.alive.keys()][which % Math.max(1, this.alive.size)]
    if (pod === undefined) return
    this.changed++
    this.epochs[this.alive.get(pod)!.server]++
    this.alive.delete(pod)
  }

  used = (pod: Pod): number => pod.rate * (this.now - pod.since)
  private at = (server: number): Pod => [...this.alive.values()].find((pod) => pod.server === server)!

  private readonly cohorts: PodCohorts = {
    version: 0,
    groupOf: (server) => this.at(server).rate,
    used: (rate) => rate * this.now,
    inside: (rate) => rate + 1,
    queued: () => 1,
  }

  readonly load: ServiceLoad = {
    serverOf: (pod) => this.alive.get(pod)?.server ?? NONE,
    epoch: (server) => this.epochs[server],
    isListed: () => true,
    listedSince: (server) => this.at(server).since,
    changes: () => this.changed,
    isCalled: () => true,
    offered: () => this.now,
    cpuUsed: (server) => this.used(this.at(server)),
    cpuRequest: (server) => this.at(server).request,
    inside: (server) => this.insideOf(this.at(server)),
    backlog: () => 1,
    cohorts: () => (this.grouped ? { ...this.cohorts, version: this.changed } : null),
    latencyQuantile: () => NaN,
    uncalled: () => ({ count: 0, request: 0 }),
    eachServer: () => undefined,
  }
}

/** All samples by pod, in order of scrapes. */
class Twin {
  private readonly scrapes: { readonly time: number; readonly used: ReadonlyMap<PodId, number>; readonly inside: number }[] = []

  take(pods: Pods): void {
    const inside = [...pods.alive.values()].reduce((sum, pod) => sum + pods.insideOf(pod), 0)
    this.scrapes.push({ time: pods.now, used: new Map([...pods.alive].map(([pod, one]) => [pod, pods.used(one)])), inside })
  }

  read(pods: Pods, span: number): Partial<Averages> {
    const window = this.scrapes.slice(-span - 1)
    const [first, last] = [window[0], window[window.length - 1]]
    const millicores: number[] = []
    let requested = 0
    for (const [pod, { request }] of pods.alive) {
      if (window.length < 2 || !first.used.has(pod)) continue
      millicores.push((1000 * (last.used.get(pod)! - first.used.get(pod)!)) / (last.time - first.time))
      requested += request
    }
    const ready = pods.alive.size
    return {
      ready,
      measured: millicores.length,
      used: millicores.reduce((sum, one) => sum + one, 0),
      peak: Math.max(0, ...millicores),
      requested,
      inFlight: window.length < 2 || ready === 0 ? NaN : window.reduce((sum, { inside }) => sum + inside, 0) / window.length / ready,
    }
  }
}

it('two workloads in one store read what a twin reads that keeps all samples, through any churn of pods and rows', () => {
  const step = fc.record({
    quiet: fc.integer({ min: 0, max: 3 }),
    workload: fc.nat(1),
    open: fc.nat(3),
    close: fc.nat(2),
    which: fc.nat(9),
    rate: fc.nat(4),
    scraped: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), (steps, span, grouped) => {
      const all = new Pods(grouped)
      const samples = new UsageSamples(4)
      const scrapes = [new Scrapes(span, samples), new Scrapes(4, samples)]
      const twins = [new Twin(), new Twin()]
      const owner = new Map<PodId, number>()
      const lists: number[][] = [[], []]
      // The same list as long as it has the same pods.
      const podsOf = (workload: number): number[] => {
        const found = [...all.alive.keys()].filter((pod) => owner.get(pod) === workload)
        if (found.join() !== lists[workload].join()) lists[workload] = found
        return lists[workload]
      }
      const part = (workload: number): Pods =>
        Object.assign(new Pods(grouped), { now: all.now, alive: new Map([...all.alive].filter(([pod]) => owner.get(pod) === workload)) })
      for (const { quiet, workload, open, close, which, rate, scraped } of steps) {
        all.now += SECOND
        // Most of the time nothing changes, so that groups are sampled.
        const [closed, opened] = quiet === 0 ? [close, open] : [0, 0]
        for (let i = 0; i < closed; i++) all.close(which + i)
        for (let i = 0; i < opened; i++) all.open(rate)
        for (const pod of all.alive.keys()) if (!owner.has(pod)) owner.set(pod, workload)
        for (const row of [0, 1]) {
          if (scraped) {
            scrapes[row].take(all.now, 0, podsOf(row), all.load)
            twins[row].take(part(row))
          }
          const read = scrapes[row].read(0, podsOf(row), all.load)
          expect(read).toMatchObject(twins[row].read(part(row), row === 0 ? span : 4))
          const used = scrapes[row].usedByMeasured(podsOf(row), all.load)
          expect({ measured: used.length, used: used.reduce((sum, one) => sum + one, 0), peak: Math.max(0, ...used) }).toEqual({ measured: read.measured, used: read.used, peak: read.peak }) // prettier-ignore
        }
      }
    }),
    { numRuns: 60 },
  )
})
