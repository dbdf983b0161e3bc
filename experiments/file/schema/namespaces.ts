/** Namespaces with their quotas and limit ranges, priority classes, and what admission reads of pods. */
import { z } from 'zod'
import { UnitError } from '../../../sim/index.ts'
import { readAmount } from '../../../workloads/index.ts'
import { show } from '../document.ts'
import { flag, forms, isMap, list, mapOf, number, oneOf, section, whole, words } from '../quantities.ts'

/** Bounds of a quota that count pods; those of other objects have nothing to count in a run. */
const COUNTED =
  /^(?:pods|count\/pods|(?:requests\.|limits\.)?(?:cpu|memory|ephemeral-storage)|(?:requests\.)?hugepages-.+|requests\.[^/]+\/.+|requests\.[a-z][a-z0-9-]*)$/

/** Whether the bound of a quota counts pods. */
export const countsPods = (resource: string): boolean => COUNTED.test(resource) && resource !== 'requests.storage'

const read = (resource: string, value: unknown): number => readAmount(resource, typeof value === 'number' ? String(value) : value)

/** A map from resources to amounts in their units. `refusal` says what is wrong with the name of a resource; empty: nothing. */
const amountsBy = (example: string, refusal: (resource: string) => string = () => '') =>
  z
    .unknown()
    .transform((value, context): Readonly<Record<string, number>> => {
      if (!isMap(value)) {
        const message = `found ${show(value)}; accepted: a map from resources to amounts such as ${example}`
        context.issues.push({ code: 'custom', message, input: value })
        return z.NEVER
      }
      const amounts: [string, number][] = []
      for (const [resource, amount] of Object.entries(value)) {
        const message = refusal(resource) || problemOf(() => amounts.push([resource, read(resource, amount)]))
        if (message !== '') context.issues.push({ code: 'custom', message, path: [resource], input: value } as never)
      }
      return Object.fromEntries(amounts)
    })
    .meta({ type: 'object', additionalProperties: { type: ['string', 'number'] } })

/** The message of the UnitError of a reading; empty: it has none. */
function problemOf(reading: () => unknown): string {
  try {
    reading()
    return ''
  } catch (error) {
    if (error instanceof UnitError) return error.message
    throw error
  }
}

const SCOPES = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'] as const

/** A scope of a quota, as written in the file. */
export interface ScopeData {
  readonly scope: (typeof SCOPES)[number]
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}

const scope = forms<ScopeData>(
  {
    word: oneOf(SCOPES).transform((word): ScopeData => ({ scope: word, operator: 'Exists', values: [] })),
    map: section('a scope', {
      scope: oneOf(SCOPES),
      operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist']).prefault('Exists'),
      values: list('priority classes', words()).prefault([]).describe('of PriorityClass with In and NotIn'),
    }).superRefine(({ scope: named, operator, values }, context) => {
      const listed = operator === 'In' || operator === 'NotIn'
      if (named !== 'PriorityClass' && operator !== 'Exists')
        context.addIssue({ code: 'custom', path: ['operator'], message: `found ${operator}; accepted with ${named}: Exists` })
      else if (listed !== values.length > 0)
        context.addIssue({
          code: 'custom',
          path: ['values'],
          message: `found ${values.length} values; accepted with ${operator}: ${listed ? 'at least one' : 'none'}`,
        })
    }),
  },
  (value) => (isMap(value) ? 'map' : 'word'),
)

const quota = section('a quota', {
  name: words().describe('its name'),
  hard: amountsBy('{ pods: 20, requests.cpu: 4, limits.memory: 8Gi }', (resource) =>
    countsPods(resource)
      ? ''
      : `found ${show(resource)}, which counts no pods; accepted: pods, requests.cpu, requests.memory, limits.cpu, limits.memory, and requests. with any other resource`,
  ).describe('bounds by resource'),
  scopes: list('scopes', scope).prefault([]).describe('which pods count: all scopes must hold; default: every pod of the namespace'),
})

const limits = section('a limit range', {
  type: oneOf(['Container', 'Pod']).prefault('Container').describe('what is bounded'),
  min: amountsBy('{ cpu: 50m }').prefault({}).describe('least request'),
  max: amountsBy('{ cpu: 2, memory: 4Gi }').prefault({}).describe('largest limit, which must be set'),
  default: amountsBy('{ cpu: 500m }').prefault({}).describe('limit of containers that have none; default: max'),
  maxLimitRequestRatio: mapOf('a map from resources to numbers', number({ min: 1 }))
    .prefault({})
    .describe('most of limit over request'),
})

/** The namespaces of the file. */
export const namespaces = list(
  'namespaces',
  section('a namespace', {
    name: words().describe('by which pods refer to it'),
    quotas: list('quotas', quota).prefault([]).describe('what its pods may use together; the API server refuses a pod beyond it'),
    limitRanges: list('limit ranges', limits).prefault([]).describe('bounds of each container or pod'),
  }),
)
  .prefault([])
  .describe('quotas and limit ranges of namespaces, as Kubernetes enforces them when pods are created')

/** The namespaces as the file gives them. */
export type NamespacesData = z.infer<typeof namespaces>

/** The priority classes of the file. */
export const priorityClasses = list(
  'priority classes',
  section('a priority class', {
    name: words().describe('by which pods refer to it'),
    value: whole({ min: -2_147_483_648, max: 1_000_000_000 }).describe('priority of its pods'),
    globalDefault: flag().prefault(false).describe('true: the class of pods that name none'),
    preemptionPolicy: oneOf(['PreemptLowerPriority', 'Never']).prefault('PreemptLowerPriority').describe('Never: its pods evict no others'),
  }),
)
  .prefault([])
  .describe('priority classes, which pods name by priorityClass')

const STATED = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const

/** Keys of pods that admission reads. */
export const admissionKeys = {
  priorityClass: words().optional().describe('priority class of the pods, which gives their priority; default: the globalDefault class'),
  admission: section('what admission reads', {
    unstated: list('amounts', oneOf(STATED))
      .optional()
      .describe('amounts that a container does not state, which a quota on them refuses; default: limits that the pod does not have'),
    amounts: amountsBy('{ requests.ephemeral-storage: 1Gi }').prefault({}).describe('further amounts that quotas count'),
    bestEffort: flag().prefault(false).describe('true: no container requests or limits anything'),
    terminating: flag().prefault(false).describe('true: the pods have an active deadline'),
    outside: words().optional().describe('why a limit range refuses the pods; default: by the keys of the pod'),
  })
    .optional()
    .describe('what quotas and limit ranges read of pods with several containers; manifests give it'),
}

/** What the keys hold. */
export type AdmissionData = z.infer<z.ZodObject<typeof admissionKeys>>
