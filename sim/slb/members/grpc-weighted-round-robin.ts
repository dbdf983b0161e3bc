/** gRPC's weighted round robin: in proportion to requests per utilization, as the backends report both. */
import { define, type Values } from '../../common/define.ts'
import type { SlotId, Time } from '../../common/ids.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { ReportedWeight, type ReportSettings } from '../structures/grpc/reported-weights.ts'
import { scheduleOf, StaticStride } from '../structures/grpc/static-stride.ts'
import { Slots } from '../structures/slots.ts'

const SECOND = 1_000_000

const parameters = {
  reports: { kind: 'duration', default: 10 * SECOND, min: 1000, meaning: 'period of the reports of load (oob_reporting_period)' },
  blackout: { kind: 'duration', default: 10 * SECOND, min: 0, meaning: 'a backend has no weight for this time after its first report' },
  expiration: { kind: 'duration', default: 180 * SECOND, min: 1000, meaning: 'a weight is forgotten after this time without a report' },
  update: { kind: 'duration', default: SECOND, min: 100_000, meaning: 'time between two updates of the weights' },
  penalty: { kind: 'number', default: 1, min: 0, max: 1000, meaning: 'of errors per request, added to the utilization' },
} as const

export const grpcWeightedRoundRobin = define({
  name: 'grpc-weighted-round-robin',
  summary:
    'gRPC: in proportion to requests per second over (CPU utilization + penalty × errors per request), as backends report them; in turn while fewer than two weights are known.',
  source: 'google.golang.org/grpc v1.85 balancer/weightedroundrobin (gRFC A58)',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new GrpcWeightedRoundRobin(values, context),
})

class GrpcWeightedRoundRobin implements Balancer {
  readonly loadReportPeriod: Time
  private readonly slots = new Slots()
  private readonly weights = new Map<SlotId, ReportedWeight>()
  private readonly settings: ReportSettings
  private readonly update: Time
  private readonly context: BalancingContext
  /** The backends by place of the schedule, lowest slot first. */
  private order: Int32Array = new Int32Array(0)
  private stride: StaticStride | null = null
  /** Grows when the last backend leaves: timers of before are ignored. */
  private run = 0

  constructor({ reports, blackout, expiration, update, penalty }: Values<typeof parameters>, context: BalancingContext) {
    this.loadReportPeriod = reports
    this.settings = { blackout, expiration, penalty }
    this.update = update
    this.context = context
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.weights.set(slot, new ReportedWeight())
    this.stride = null
    if (this.slots.count === 1) this.context.wakeAt(this.context.now() + this.update, this.run)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.weights.delete(slot)
    this.stride = null
    if (this.slots.count === 0) this.run++
  }

  loadReported(slot: SlotId, rate: number, utilization: number, errors: number): void {
    this.weights.get(slot)?.report(this.context.now(), rate, utilization, errors, this.settings)
  }

  woke(run: number): void {
    if (run !== this.run) return
    if (this.stride !== null) this.stride.schedule = this.schedule()
    this.context.wakeAt(this.context.now() + this.update, this.run)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    if (slots.count === 0) return NO_BACKEND
    // A change of the backends makes a new picker, which starts at random so that clients do not move in step.
    if (this.stride === null) {
      this.order = slots.inOrder()
      this.stride = new StaticStride(this.schedule(), this.context.random.int(0x7fffffff))
    }
    const avoids = slots.passesOver(exclude)
    for (;;) {
      const slot = this.order[this.stride.next()]
      if (!avoids || slot !== exclude) return slot
    }
  }

  ended(): void {
    // pods report it
  }

  private schedule() {
    const now = this.context.now()
    return scheduleOf(Array.from(this.order, (slot) => this.weights.get(slot)!.at(now, this.settings)))
  }
}
