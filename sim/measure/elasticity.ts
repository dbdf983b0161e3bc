/**
 * The elasticity metrics of the SPEC research group (Herbst et al. 2016, Ready for Rain?): supply of pods against demand, over time. The
 * demand of an interval is known at its end, when its arrivals are; the supply within the interval is kept until then.
 */
import type { Time } from '../common/ids.ts'

/** What is summed up of one supply against the demand. */
class Deviation {
  /** Integrals of max(d - s, 0) / d and max(s - d, 0) / d, and times with s < d and s > d [µs]. */
  under = 0
  over = 0
  underTime = 0
  overTime = 0

  add(demand: number, supply: number, time: Time): void {
    const relative = (supply - demand) / Math.max(1, demand)
    if (relative < 0) {
      this.under -= relative * time
      this.underTime += time
    } else if (relative > 0) {
      this.over += relative * time
      this.overTime += time
    }
  }

  /** The four shares in percent. */
  shares(total: Time): readonly number[] {
    return [this.under, this.over, this.underTime, this.overTime].map((sum) => (100 * sum) / total)
  }
}

/** Added to the terms of a ratio, so that a term of 0 gives one [percentage points]. */
const TINY = 0.01
const HOUR = 3600e6

/** Sums of one service. */
export class Elasticity {
  private readonly actual = new Deviation()
  private readonly fixed = new Deviation()
  private readonly initial: number
  private readonly perPod: number
  private readonly supplies: number[] = []
  private readonly times: Time[] = []
  private total: Time = 0
  private steps = 0
  private opposed = 0
  private changes = { supply: 0, demand: 0 }
  private travel = { supply: 0, demand: 0 }
  private last = { supply: NaN, demand: NaN, end: NaN }

  /**
   * @param perPod requests per second that a pod serves within the objective
   * @param initial supply without scaling, the baseline of the speed-up
   */
  constructor(perPod: number, initial: number) {
    this.perPod = perPod
    this.initial = initial
  }

  /** The supply was this for a time. */
  held(supply: number, time: Time): void {
    this.supplies.push(supply)
    this.times.push(time)
    if (supply !== this.last.supply && !Number.isNaN(this.last.supply)) {
      this.changes.supply++
      this.travel.supply += Math.abs(supply - this.last.supply)
    }
    this.last.supply = supply
  }

  /** The interval is over. @param arrived the number of requests that arrived in it */
  closed(arrived: number): void {
    const time = this.times.reduce((sum, part) => sum + part, 0)
    const demand = Math.ceil((arrived * 1e6) / time / this.perPod - 1e-9)
    this.times.forEach((part, i) => {
      this.actual.add(demand, this.supplies[i], part)
      this.fixed.add(demand, this.initial, part)
    })
    this.total += time
    const { last } = this
    if (!Number.isNaN(last.demand)) {
      this.steps++
      if (Math.sign(demand - last.demand) !== Math.sign(last.supply - last.end)) this.opposed++
      if (demand !== last.demand) this.changes.demand++
      this.travel.demand += Math.abs(demand - last.demand)
    }
    last.demand = demand
    last.end = last.supply
    this.supplies.length = 0
    this.times.length = 0
  }

  /** The metrics; not a number without a whole interval. */
  result() {
    const [under, over, underTime, overTime] = this.actual.shares(this.total)
    const mine = [under, over, underTime, overTime]
    const base = this.fixed.shares(this.total)
    const logs = mine.map((share, i) => Math.log((base[i] + TINY) / (share + TINY)))
    const fourth = (x: number): number => x * x * x * x
    return {
      under,
      over,
      underTime,
      overTime,
      instability: (100 * this.opposed) / this.steps,
      jitter: ((this.changes.supply - this.changes.demand) * HOUR) / this.total,
      speedup: Math.exp(logs.reduce((sum, log) => sum + log, 0) / 4),
      deviation: Math.sqrt(Math.sqrt(mine.reduce((sum, share) => sum + fourth(share), 0))),
      oscillation: this.travel.supply / this.travel.demand,
    }
  }
}
