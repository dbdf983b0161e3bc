/** Background pods in the experiment file. */
import { z } from 'zod'
import type { DistributionSpec } from '../../../sim/random/index.ts'
import { suggestion } from '../../../sim/index.ts'
import { show } from '../document.ts'
import {
  amounts,
  byKey,
  cpu,
  duration,
  flag,
  forms,
  isMap,
  labels,
  list,
  memory,
  name,
  oneOf,
  positive,
  positiveTime,
  section,
  share,
  whole,
  words,
} from '../quantities.ts'
import { distribution } from './distribution.ts'
import { ruleKeys } from './rules.ts'
import { shapingKeys } from './shape.ts'
import { toleration } from './toleration.ts'

/** The key of pods that names their scheduler. */
export const scheduler = () =>
  words()
    .prefault('default')
    .describe('the scheduler that places these pods: default, the name of one of schedulers, or none: they stay pending')

/** CPU usage of a pod that is simulated as a flow. */
export const usage = section('the usage of background pods', {
  share: share({ min: 0 })
    .prefault('60%')
    .describe('CPU used while running, as a share of the request; default 60%, the usage relative to requests in Borg 2019 and at Alibaba'),
  limited: flag().prefault(false).describe('true: a CPU limit equal to the request caps the usage at 100%'),
})

/** A share of the cluster's capacity of one of `resources`. */
export const inflate = (resources: readonly string[]) =>
  z
    .unknown()
    .transform((value, context): { readonly resource: string; readonly share: number } => {
      const keys = isMap(value) ? Object.keys(value) : []
      const accepted = `a map with one of ${resources.join(', ')} and a share, such as { cpu: 60% }`
      if (!isMap(value) || keys.length !== 1 || !resources.includes(keys[0])) {
        context.issues.push({
          code: 'custom',
          message: `found ${keys.length === 1 ? `the resource ${show(keys[0])}` : show(value)}; accepted: ${accepted}${keys.length === 1 ? suggestion(keys[0], resources) : ''}`,
          input: value,
        })
        return z.NEVER
      }
      const parsed = share({ min: 0.0001, max: 10 }).safeParse(value[keys[0]])
      if (parsed.success) return { resource: keys[0], share: parsed.data }
      for (const issue of parsed.error.issues) context.issues.push({ ...issue, path: [keys[0]], input: value } as never)
      return z.NEVER
    })
    .meta({
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: false,
      properties: Object.fromEntries(resources.map((r) => [r, { type: ['string', 'number'] }])),
    })

const tracedBackground = section('background pods from a trace', {
  name: name().optional().describe("default: the trace's name"),
  trace: oneOf(['openb']).describe('replays the pods of this trace: openb, 8,152 pods of a GPU cluster'),
  path: words().optional().describe('folder of the trace, relative to this file; default: the bundled data'),
  pods: words().prefault('openb_pod_list_default.csv').describe('file of the pod list in that folder'),
  inflate: inflate(['cpu', 'memory', 'gpu'])
    .optional()
    .describe(
      "draws rows with replacement until they request this share of the cluster's capacity (Little's law); default: replay as recorded",
    ),
  fill: section('the filling', {
    cpu: share({ min: 0.0001, max: 10 }).optional(),
    memory: share({ min: 0.0001, max: 10 }).optional(),
    gpu: share({ min: 0.0001, max: 10 }).optional().describe("share of the cluster's capacity of one resource: { gpu: 130% }"),
    over: positiveTime().prefault('1h').describe('the pods arrive evenly over this time'),
  })
    .optional()
    .describe(
      'the rows in random order, more drawn from them or some removed until they request this share, arrive one by one and stay for ever; the recorded times are not used',
    ),
  usage: usage.prefault({}),
  scheduler: scheduler(),
  speedUp: positive().prefault(1).describe('divides gaps and lifetimes, never start-up delays'),
  from: duration().prefault(0).describe('replay only: time in the trace at which the run begins'),
  ...shapingKeys,
})

const syntheticBackground = section('background pods', {
  name: name().prefault('background'),
  shapes: list(
    'shapes',
    section('a shape', {
      cpu: cpu(),
      memory: memory(),
      weight: positive().prefault(1),
      resources: amounts().prefault({}).describe('further named resources, whole amounts per pod'),
      nodeSelector: labels().optional().describe('labels that a node must carry'),
      tolerations: list('tolerations', toleration).optional().describe('taints that these pods accept'),
      ...ruleKeys,
    }),
  )
    .min(1, 'found an empty list; accepted: at least one shape')
    .describe('pods to draw from, by weight'),
  lifetime: forms<DistributionSpec | null>({ forever: oneOf(['forever']).transform(() => null), drawn: distribution() }, (value) =>
    value === 'forever' ? 'forever' : 'drawn',
  )
    .prefault('forever')
    .describe('how long a pod runs: a distribution, or forever'),
  count: whole({ min: 1, max: 20_000_000 }).optional().describe('number of pods, all at the start'),
  inflate: inflate(['cpu', 'memory']).optional().describe("or as many pods as request this share of the cluster's capacity"),
  usage: usage.prefault({}),
  scheduler: scheduler(),
})

/** A source of background pods. */
export const background = forms<z.infer<typeof tracedBackground> | z.infer<typeof syntheticBackground>>(
  { traced: tracedBackground, synthetic: syntheticBackground },
  byKey('trace', 'traced', 'synthetic'),
)
