/** Rules of Kubernetes about where a pod runs, in the words of its API: labels, priority, affinity, spreading, ports of the node. */
import type { z } from 'zod'
import { admissionKeys } from './namespaces.ts'
import { labels, list, oneOf, section, whole, words } from '../quantities.ts'

const topologyKey = words().describe('label of nodes whose values are the domains, such as topology.kubernetes.io/zone')

const requirement = (operators: readonly ['In', ...string[]]) =>
  section('a condition', {
    key: words().describe('name of the label'),
    operator: oneOf(operators),
    values: list('values', words()).optional().describe('for In and NotIn at least one, for Gt and Lt one whole number'),
  }).superRefine(({ operator, values = [] }, context) => {
    const needed =
      operator === 'Exists' || operator === 'DoesNotExist'
        ? values.length === 0
        : operator === 'Gt' || operator === 'Lt'
          ? values.length === 1
          : values.length > 0
    if (needed) return
    const accepted =
      operator === 'Exists' || operator === 'DoesNotExist'
        ? 'no values'
        : operator === 'Gt' || operator === 'Lt'
          ? 'one whole number'
          : 'at least one value'
    context.addIssue({
      code: 'custom',
      path: ['values'],
      message: `found ${values.length} values; accepted: ${accepted} with the operator ${operator}`,
    })
  })

const LABEL_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const
const NODE_OPERATORS = [...LABEL_OPERATORS, 'Gt', 'Lt'] as const

const selector = section('a label selector', {
  matchLabels: labels().optional(),
  matchExpressions: list('conditions', requirement(LABEL_OPERATORS)).optional(),
})

const nodeTerm = section('a term', {
  matchExpressions: list('conditions', requirement(NODE_OPERATORS)).optional().describe('conditions on labels of the node'),
  matchFields: list('conditions', requirement(LABEL_OPERATORS)).optional().describe('conditions on metadata.name'),
})

const podTerm = section('a term', {
  labelSelector: selector.optional().describe('which pods'),
  topologyKey,
  namespaces: list('namespaces', words()).optional(),
  namespaceSelector: selector.optional(),
  matchLabelKeys: list('labels', words()).optional(),
  mismatchLabelKeys: list('labels', words()).optional(),
})

const weight = whole({ min: 1, max: 100 })

const podAffinity = section('affinity to pods', {
  requiredDuringSchedulingIgnoredDuringExecution: list('terms', podTerm).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    'preferences',
    section('a preference', { weight, podAffinityTerm: podTerm }),
  ).optional(),
})

const affinity = section('the affinity', {
  nodeAffinity: section('affinity to nodes', {
    requiredDuringSchedulingIgnoredDuringExecution: section('a node selector', {
      nodeSelectorTerms: list('terms', nodeTerm).min(1, 'found an empty list; accepted: at least one term'),
    }).optional(),
    preferredDuringSchedulingIgnoredDuringExecution: list(
      'preferences',
      section('a preference', { weight, preference: nodeTerm }),
    ).optional(),
  }).optional(),
  podAffinity: podAffinity.optional(),
  podAntiAffinity: podAffinity.optional(),
})

const policy = () => oneOf(['Honor', 'Ignore']).optional()

const spread = section('a topology spread constraint', {
  maxSkew: whole({ min: 1 }),
  topologyKey,
  whenUnsatisfiable: oneOf(['DoNotSchedule', 'ScheduleAnyway']).prefault('DoNotSchedule'),
  labelSelector: selector.optional().describe('which pods count'),
  minDomains: whole({ min: 1 }).optional(),
  nodeAffinityPolicy: policy(),
  nodeTaintsPolicy: policy(),
  matchLabelKeys: list('labels', words()).optional(),
})

/** Keys of services and of shapes of background pods. */
export const ruleKeys = {
  ...admissionKeys,
  labels: labels()
    .optional()
    .describe('labels of the pods, which selectors of other pods read; a service also has the label service with its name'),
  priority: whole({ min: -2_147_483_648, max: 1_000_000_000 })
    .optional()
    .describe('priority of the pods; the scheduler kubernetes evicts pods of lower priority; default 0'),
  preemptionPolicy: oneOf(['PreemptLowerPriority', 'Never']).optional().describe('Never: the pods evict no others'),
  namespace: words().optional().describe('namespace of the pods; default: default'),
  affinity: affinity.optional().describe('affinity to nodes, and to other pods with the scheduler kubernetes, as in the API of Kubernetes'),
  topologySpreadConstraints: list('constraints', spread)
    .optional()
    .describe('how evenly the pods are spread over zones, hosts or other domains, with the scheduler kubernetes'),
  hostPorts: list(
    'ports',
    section('a port', {
      port: whole({ min: 1, max: 65_535 }),
      protocol: oneOf(['TCP', 'UDP', 'SCTP']).prefault('TCP'),
      ip: words().prefault('0.0.0.0'),
    }),
  )
    .optional()
    .describe('ports of the node that the pod occupies, with the scheduler kubernetes'),
  schedulingGates: list('gates', words()).optional().describe('a pod with gates is not scheduled, with the scheduler kubernetes'),
}

/** What the keys hold. */
export type RulesData = z.infer<z.ZodObject<typeof ruleKeys>>
