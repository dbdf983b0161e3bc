/** VPA: the requests that the Vertical Pod Autoscaler recommends, a percentile of the usage of all pods with a margin. */
import { define } from '../../../common/define.ts'
import type { Values } from '../../../common/define.ts'
import type { Time } from '../../../common/ids.ts'
import type { SizeAutoscaler, Sizes, UsageView } from '../policy.ts'
import { AGGREGATION_DEFAULTS, ContainerUsage } from '../vpa/container-usage.ts'
import { recommended, RECOMMENDER_DEFAULTS } from '../vpa/recommender.ts'

const HOUR = 3_600_000_000 // µs
const MINUTE = 60_000_000

const parameters = {
  percentile: { kind: 'share', default: 0.9, min: 0.01, max: 1, meaning: 'of the CPU usage samples of all pods, by decaying weight' },
  margin: { kind: 'share', default: 0.15, min: 0, max: 10, meaning: 'added to the percentile, as a share of it' },
  halfLife: { kind: 'duration', default: 24 * HOUR, min: MINUTE, meaning: 'age at which a sample weighs half' },
  minimum: { kind: 'cpu', default: 25, min: 1, meaning: 'least request of a pod' },
  maximum: { kind: 'cpu', default: 0, min: 0, meaning: 'largest request of a pod; 0: none' },
  every: {
    kind: 'duration',
    default: MINUTE,
    min: 1,
    meaning: 'time between two recommendations, each of which takes one sample of each pod',
  },
} as const

/** vertical-pod-autoscaler 1.8.1: the histogram and the target that its recordings are compared with; update mode Initial. */
export const vpa = define({
  name: 'vpa',
  summary:
    'The CPU request that the Vertical Pod Autoscaler recommends: a percentile of the decaying histogram of all pods’ usage with a margin.',
  source: 'Kubernetes autoscaler, vertical-pod-autoscaler 1.8.1, pkg/recommender',
  fidelity: 'simplified',
  parameters,
  create: (values): SizeAutoscaler | null => new Vpa(values),
})

class Vpa implements SizeAutoscaler {
  readonly every: Time
  private readonly values: Values<typeof parameters>
  private readonly usage: ContainerUsage

  constructor(values: Values<typeof parameters>) {
    this.every = values.every
    this.values = values
    this.usage = new ContainerUsage({ ...AGGREGATION_DEFAULTS, cpuHalfLife: values.halfLife })
  }

  recommend({ now, used, limit }: UsageView): Sizes {
    const { percentile, margin, minimum, maximum } = this.values
    for (const millicores of used) this.usage.aggregateCpu(now, millicores)
    const { target } = recommended(this.usage, {
      ...RECOMMENDER_DEFAULTS,
      cpu: { ...RECOMMENDER_DEFAULTS.cpu, target: percentile },
      margin,
      leastCpu: minimum,
    })
    // A request above the limit would be refused.
    const most = Math.min(maximum > 0 ? maximum : Infinity, limit > 0 ? limit : Infinity)
    return { cpu: Math.min(Math.max(target.cpu, minimum), most) }
  }
}
