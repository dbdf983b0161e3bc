/** The engine alone: hold (pop the earliest event, push it again later) beside the textbook heap, and an M/M/1 through the simulator in E. */
import { EventQueue } from '../sim/engine/queue.ts'
import { Simulator } from '../sim/engine/simulator.ts'
import { Exponential, nearest, Streams } from '../sim/random/index.ts'
import { bytesPerOperation, measure } from './harness.ts'
import type { BenchCase, BenchRow, Effort } from './harness.ts'
import { TextbookHeap } from './textbook-heap.ts'
import { GAP, inlinedQueue, Line, SERVICE } from './unit.ts'

/** Increments are read from a table, so that only the queue is timed. */
const TABLE = 65_536
type Increments = 'exponential' | 'constant' | 'periodic'

function increments(kind: Increments): Float64Array {
  const stream = new Streams('hold', 0).stream(kind)
  // Periodic: 80 % every 10 s, 10 % every second, 10 % every minute, so that many events have equal times.
  const draw = {
    exponential: () => Math.ceil(-Math.log(1 - stream.next()) * 1e7),
    constant: () => 1e7,
    periodic: () => [10e6, 10e6, 10e6, 10e6, 10e6, 10e6, 10e6, 10e6, 1e6, 60e6][stream.int(10)],
  }[kind]
  return Float64Array.from({ length: TABLE }, draw)
}

const thousands = (n: number): string => n.toLocaleString('en')

/**
 * Pops and pushes alternately. `run` is a method that reads its fields once, so that V8 compiles it separately instead of inlining it
 * into its caller.
 */
class HoldEngine implements BenchCase {
  readonly name: string
  readonly operations = 100_000
  private readonly queue = new EventQueue()
  private readonly table: Float64Array
  private next: number

  constructor(pending: number, kind: Increments) {
    this.name = `hold ${kind} ${thousands(pending)}`
    this.table = increments(kind)
    for (let i = 0; i < pending; i++) this.queue.push(this.table[i & (TABLE - 1)], 1, i, 0)
    this.next = pending
    settle(pending, this)
  }

  run(): number {
    const { queue, table, operations, next } = this
    let sum = 0
    for (let i = 0; i < operations; i++) {
      const a = queue.a(queue.pop())
      sum += a
      queue.push(queue.time + table[(next + i) & (TABLE - 1)], 1, a, 0)
    }
    this.next = (next + operations) & (TABLE - 1)
    return sum
  }
}

class HoldTextbook implements BenchCase {
  readonly name: string
  readonly operations = 100_000
  private readonly heap = new TextbookHeap()
  private readonly table = increments('exponential')
  private next: number

  constructor(pending: number) {
    this.name = `hold textbook ${thousands(pending)}`
    for (let i = 0; i < pending; i++) this.heap.push(this.table[i & (TABLE - 1)], i)
    this.next = pending
    settle(pending, this)
  }

  run(): number {
    const { heap, table, operations, next } = this
    let sum = 0
    for (let i = 0; i < operations; i++) {
      const a = heap.pop()
      sum += a
      heap.push(heap.time + table[(next + i) & (TABLE - 1)], a)
    }
    this.next = (next + operations) & (TABLE - 1)
    return sum
  }
}

/** Replaces each pending event once, so that the heap is not in the order of filling. */
function settle(pending: number, hold: BenchCase): void {
  for (let held = 0; held < pending; held += hold.operations) hold.run()
}

const ARRIVES = 0
const LEAVES = 1

/**
 * The M/M/1 of bench/unit.ts through at() and handlers, as one simulation that continues at each call. The result is the sum of times in
 * system.
 */
function withEvents(): (events: number) => number {
  const stream = new Streams('unit', 0).stream('draws')
  const gap = new Exponential(GAP)
  const service = new Exponential(SERVICE)
  const simulator = new Simulator()
  const line = new Line()
  // V8 boxes a number in a closure at each change, but not an element of a typed array.
  const total = new Float64Array(1)
  simulator.on(ARRIVES, () => {
    line.join(simulator.now)
    if (line.length === 1) simulator.at(simulator.now + nearest(service.sample(stream)), LEAVES, 0, 0)
    simulator.at(simulator.now + nearest(gap.sample(stream)), ARRIVES, 0, 0)
  })
  simulator.on(LEAVES, () => {
    total[0] += simulator.now - line.leave()
    if (line.length > 0) simulator.at(simulator.now + nearest(service.sample(stream)), LEAVES, 0, 0)
  })
  simulator.at(nearest(gap.sample(stream)), ARRIVES, 0, 0)
  return (events) => {
    simulator.run(Infinity, events)
    return total[0]
  }
}

/** The same through call() and closures. */
function withClosures(): (events: number) => number {
  const stream = new Streams('unit', 0).stream('draws')
  const gap = new Exponential(GAP)
  const service = new Exponential(SERVICE)
  const simulator = new Simulator()
  const line = new Line()
  const total = new Float64Array(1)
  const serve = (): void => {
    simulator.call(simulator.now + nearest(service.sample(stream)), () => {
      total[0] += simulator.now - line.leave()
      if (line.length > 0) serve()
    })
  }
  const arrive = (): void => {
    line.join(simulator.now)
    if (line.length === 1) serve()
    simulator.call(simulator.now + nearest(gap.sample(stream)), arrive)
  }
  simulator.call(nearest(gap.sample(stream)), arrive)
  return (events) => {
    simulator.run(Infinity, events)
    return total[0]
  }
}

const EVENTS = 400_000

async function mm1(effort: Effort): Promise<BenchRow[]> {
  const styles = { inlined: (events: number) => inlinedQueue(events / 2), events: withEvents(), closures: withClosures() }
  if (styles.events(100_000) !== styles.closures(100_000)) throw new Error('M/M/1 with integer events and with closures differ')
  const times = await measure(
    Object.entries(styles).map(([name, run]) => ({ name, operations: EVENTS, run: () => run(EVENTS) })),
    effort,
  )
  const [e, events, closures] = [times.get('inlined')!, times.get('events')!, times.get('closures')!]
  return [
    { name: 'E: hand-inlined M/M/1, an event', value: e, unit: 'ns/op' },
    { name: 'M/M/1 through the simulator, integer events', value: events / e, unit: 'E', goal: 'at most 1.6 E' },
    {
      name: 'M/M/1 through the simulator, closures',
      value: closures / e,
      unit: 'E',
      ratio: closures / events,
      goal: 'at most 1.3x integer events',
    },
  ]
}

/** The rows of this suite. */
export async function suite({ short }: { short: boolean }): Promise<BenchRow[]> {
  const effort: Effort = short ? { rounds: 2, seconds: 0.1, samples: 3 } : { rounds: 7, seconds: 0.3, samples: 5 }
  // Filling the textbook heap with a million objects takes five seconds.
  const sizes = [[1000, 3.2], [100_000, 4.2], ...(short ? [] : [[1_000_000, 4.3]])] as const
  const rows: BenchRow[] = []
  for (const [pending, goal] of sizes) {
    const cases = [new HoldEngine(pending, 'exponential'), new HoldTextbook(pending)]
    const times = await measure(cases, effort)
    const [value, twin] = cases.map(({ name }) => times.get(name)!)
    rows.push({
      name: `pop + push, ${thousands(pending)} pending`,
      value,
      unit: 'ns/op',
      twin,
      ratio: twin / value,
      goal: `at least ${goal}x the textbook heap's speed`,
    })
    if (pending === 1000)
      rows.push({
        name: 'pop + push, allocated',
        value: bytesPerOperation(cases[0]),
        unit: 'B/op',
        twin: bytesPerOperation(cases[1]),
        goal: 'at most 2 B',
      })
  }
  const tied = [new HoldEngine(100_000, 'exponential'), new HoldEngine(100_000, 'constant'), new HoldEngine(100_000, 'periodic')]
  const times = await measure(tied, effort)
  const [exponential, ...others] = tied.map(({ name }) => times.get(name)!)
  others.forEach((value, i) =>
    rows.push({
      name: `pop + push, 100,000 pending, ${['constant', 'periodic'][i]} increments`,
      value: value / exponential,
      unit: 'x',
      goal: 'at most 1.7x exponential',
    }),
  )
  return [...(await mm1(effort)), ...rows]
}
