/** Probes of balancers: to a pod and back, each way an event; some are lost, each may cost the pod CPU. */
import { NONE, type SlotId, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { RandomStream } from '../random/stream.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import { ServerState, type Servers } from '../serving/servers.ts'
import type { Signals } from '../serving/spec.ts'
import type { BalancerInstance } from './balancer-instance.ts'
import type { PodSignals } from './pod-signals.ts'

/** Fresh signals that cost nothing and are never lost. */
export const NO_SIGNALS: Signals = { delay: 0, loss: 0, cost: 0 }

/** What probing needs of the run. */
export interface ProbingRun {
  readonly simulator: Simulator
  readonly servers: Servers
  readonly shares: CpuShares
  /** All balancer instances; probes name theirs by its row. */
  readonly all: readonly BalancerInstance[]
  /** Null: no balancer reads latencies. */
  readonly signals: PodSignals | null
  /** After an answer: the instance may have a backend for a request that it holds. */
  offer(instance: BalancerInstance): void
}

/** By instance: one way of the network, what happens to signals, and the draws of losses. */
export interface ProbeWays {
  readonly delays: readonly Time[]
  readonly signalsTo: readonly Signals[]
  readonly losses: readonly RandomStream[]
}

/** A row per probe under way: which instance asks which slot, and the answer on its way back. */
class ProbeRows extends ColumnTable {
  instance = this.column(Int32Array)
  slot = this.column(Int32Array)
  slotEpoch = this.column(Int32Array)
  tag = this.column(Int32Array)
  inside = this.column(Int32Array)
  latency = this.column(Float64Array)
  private free = this.column(Int32Array)
  private freeCount = 0
  private high = 0

  take(): number {
    if (this.freeCount > 0) return this.free[--this.freeCount]
    this.reserve(this.high + 1)
    return this.high++
  }

  give(probe: number): void {
    this.free[this.freeCount++] = probe
  }
}

export class Probing {
  /** Probes sent, and CPU work of answering them [core-µs], since the end of warm-up. */
  sent = 0
  work = 0
  private readonly rows = new ProbeRows()
  private readonly run: ProbingRun
  private readonly ways: ProbeWays
  private readonly arrives: number
  private readonly returns: number

  constructor(run: ProbingRun, ways: ProbeWays) {
    this.run = run
    this.ways = ways
    this.arrives = run.simulator.register('probe arrives', (probe) => this.arrived(probe))
    this.returns = run.simulator.register('probe returns', (probe) => this.returned(probe))
  }

  /** The end of warm-up. */
  windowBegins(): void {
    this.sent = 0
    this.work = 0
  }

  send(row: number, slot: SlotId, tag: number): void {
    const { rows, ways } = this
    const { simulator, all } = this.run
    const instance = all[row]
    if (!instance.has(slot)) throw new RangeError(`${instance.name} probes slot ${slot}, which has no backend`)
    this.sent++
    const { loss } = ways.signalsTo[row]
    if (loss > 0 && ways.losses[row].next() < loss) return
    const probe = rows.take()
    rows.instance[probe] = row
    rows.slot[probe] = slot
    rows.slotEpoch[probe] = instance.slots.slotEpoch[slot]
    rows.tag[probe] = tag
    simulator.at(simulator.now + ways.delays[row], this.arrives, probe, 0)
  }

  /** The probe reaches the pod, which answers with the number of requests it holds, or not at all. */
  private arrived(probe: number): void {
    const { rows, ways } = this
    const { servers, simulator, signals, shares, all } = this.run
    const row = rows.instance[probe]
    const instance = all[row]
    const slot = rows.slot[probe]
    const server = instance.slots.server[slot]
    const answers =
      instance.isPresent(slot, rows.slotEpoch[probe]) &&
      server !== NONE &&
      servers.epoch[server] === instance.slots.serverEpoch[slot] &&
      servers.state[server] === ServerState.Accepting
    const { delay, cost } = ways.signalsTo[row]
    rows.inside[probe] = answers ? servers.inside[server] : NONE
    rows.latency[probe] = answers && instance.readsLatency && signals !== null ? signals.latencyOf(server) : NONE
    if (answers && cost > 0) {
      this.work += cost
      shares.takeAway(server, cost)
    }
    simulator.at(simulator.now + ways.delays[row] + delay, this.returns, probe, 0)
  }

  private returned(probe: number): void {
    const { rows, run } = this
    const instance = run.all[rows.instance[probe]]
    const slot = rows.slot[probe]
    rows.give(probe)
    if (!instance.isPresent(slot, rows.slotEpoch[probe])) return
    if (instance.balancer.probed === undefined) throw new Error(`${instance.name} calls probe and has no function probed`)
    instance.balancer.probed(slot, rows.tag[probe], rows.inside[probe], rows.latency[probe])
    run.offer(instance)
  }
}
