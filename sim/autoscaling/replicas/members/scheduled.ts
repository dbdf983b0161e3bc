/** Scheduled: the number of replicas that a list of times sets, whatever the load. */
import { define } from '../../../common/define.ts'
import type { ValueProblem, Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import { showDuration } from '../../../common/units.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'

const SECOND = 1_000_000 // µs

export const scheduled = define({
  name: 'scheduled',
  summary: 'The number of replicas that a list of times sets, once or repeated, whatever the load; unchanged before the first time.',
  source: 'Amazon EC2 Auto Scaling, scheduled actions (desired capacity); KEDA, cron scaler',
  fidelity: 'simplified',
  parameters: {
    times: {
      kind: 'list',
      default: [],
      of: {
        at: { kind: 'duration', meaning: 'time since the start of the run, or of the repetition' },
        replicas: { kind: 'integer', min: 0, max: 1_000_000, meaning: 'replicas from then on' },
      },
      meaning: 'replicas from each time on, in rising order of time: [{ at: 5m, replicas: 20 }, { at: 10m, replicas: 4 }]',
    },
    repeat: { kind: 'duration', default: 0, min: 0, meaning: 'period after which the list repeats, such as 24h; 0: never' },
    every: { kind: 'duration', default: SECOND, min: 1, meaning: 'time between two decisions; a change is late by at most this' },
  },
  problems: (values): ValueProblem[] => problemsOf(values),
  create: (values): ReplicaAutoscaler | null => new Scheduled(values),
})

type Schedule = Values<typeof scheduled.parameters>

function problemsOf({ times, repeat }: Schedule): ValueProblem[] {
  if (times.length === 0)
    return [{ path: ['times'], message: 'found no times; accepted: at least one, such as [{ at: 5m, replicas: 20 }]' }]
  const found: ValueProblem[] = []
  times.forEach(({ at }, i) => {
    const path = ['times', i, 'at']
    if (i > 0 && at <= times[i - 1].at)
      found.push({ path, message: `found ${showDuration(at)} after ${showDuration(times[i - 1].at)}; accepted: times in rising order` })
    if (repeat > 0 && at >= repeat)
      found.push({ path, message: `found ${showDuration(at)} with repeat: ${showDuration(repeat)}; accepted: times below the repetition` })
  })
  return found
}

class Scheduled implements ReplicaAutoscaler {
  readonly every: Time
  private readonly schedule: Schedule

  constructor(schedule: Schedule) {
    this.every = schedule.every
    this.schedule = schedule
  }

  desired({ elapsed, replicas }: LoadView): number {
    const { times, repeat } = this.schedule
    const repeated = repeat > 0 && elapsed >= repeat
    const time = repeat > 0 ? elapsed % repeat : elapsed
    let row = times.length - 1
    while (row >= 0 && times[row].at > time) row--
    if (row < 0 && repeated) row = times.length - 1 // before the first time of a repetition the last one of the previous holds
    return row < 0 ? replicas : times[row].replicas
  }
}
