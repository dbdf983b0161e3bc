import { define } from '../../../common/define.ts'
import type { ValueProblem, Values } from '../../../common/define.ts'
import { showDuration } from '../../../common/units.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'

const SECOND = 1_000_000 // µs

const parameters = {
  times: {
    kind: 'list',
    default: [],
    of: {
      at: { kind: 'duration', meaning: 'time since the start of the run, or of the repetition' },
      replicas: { kind: 'integer', min: 0, max: 1_000_000, meaning: 'replicas from then on' },
    },
    meaning: 'how many replicas from when on, in order of time: [{ at: 5m, replicas: 20 }, { at: 10m, replicas: 4 }]',
  },
  repeat: { kind: 'duration', default: 0, min: 0, meaning: 'the times begin anew after so long, such as 24h; 0: they come once' },
  every: { kind: 'duration', default: SECOND, min: 1, meaning: 'time between two looks at the schedule; a change comes at most so late' },
} as const

type Schedule = Values<typeof parameters>

/** Scheduled: the numbers of replicas that a list of times says, whatever the load. */
export const scheduled = define({
  name: 'scheduled',
  summary:
    'The number of replicas that a list of times says, once or again and again, whatever the load; before the first time, as many as there are.',
  source: 'Amazon EC2 Auto Scaling, scheduled actions (desired capacity); KEDA, cron scaler',
  fidelity: 'simplified',
  parameters,
  problems,
  create: (values): ReplicaAutoscaler | null => new Scheduled(values),
})

function problems({ times, repeat }: Schedule): ValueProblem[] {
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
  readonly every: number
  private readonly times: Schedule['times']
  private readonly repeat: number

  constructor({ times, repeat, every }: Schedule) {
    this.times = times
    this.repeat = repeat
    this.every = every
  }

  desired({ elapsed, replicas }: LoadView): number {
    const { times, repeat } = this
    const again = repeat > 0 && elapsed >= repeat
    const time = repeat > 0 ? elapsed % repeat : elapsed
    let row = times.length - 1
    while (row >= 0 && times[row].at > time) row--
    if (row < 0 && again) row = times.length - 1 // until the first time of the day, the last of the day before
    return row < 0 ? replicas : times[row].replicas
  }
}
