/** What bounds and moves workloads: autoscalers, budgets, priority classes, quotas, limit ranges, namespaces and nodes. */
import type * as autoscaling from 'kubernetes-types/autoscaling/v2.js'
import type * as core from 'kubernetes-types/core/v1.js'
import type * as policy from 'kubernetes-types/policy/v1.js'
import type * as scheduling from 'kubernetes-types/scheduling/v1.js'
import type { QuotaScope } from '../../../sim/index.ts'
import { SCALE_DOWN, SCALE_UP } from '../defaults.ts'
import { NO_EFFECT, READ, uses, type Fields } from '../fields.ts'
import type {
  Autoscaler,
  DisruptionBudget,
  LimitRange,
  ManifestNode,
  Named,
  PriorityClass,
  Quota,
  ScalingMetric,
  ScalingRules,
} from '../model.ts'
import type { Part } from '../part.ts'
import { readAmount } from '../quantities.ts'
import { amountsOf } from './containers.ts'
import { required, selectorOf, taintsOf } from './placement.ts'

const OBJECT = { ...uses(READ, 'apiVersion', 'kind', 'metadata', 'spec'), ...uses(NO_EFFECT, 'status') }

/** autoscaling/v1 has a single target. */
interface AutoscalerV1 {
  readonly targetCPUUtilizationPercentage?: number
}

/** A HorizontalPodAutoscaler of autoscaling/v1 or v2. */
export function autoscalerOf(named: Named, part: Part<autoscaling.HorizontalPodAutoscaler>): Autoscaler {
  const spec = part.only(OBJECT as Fields<autoscaling.HorizontalPodAutoscaler>).at('spec')
  spec.only(uses(READ, 'behavior', 'maxReplicas', 'metrics', 'minReplicas', 'scaleTargetRef'), 'targetCPUUtilizationPercentage')
  const old = spec.as<AutoscalerV1>().at('targetCPUUtilizationPercentage').whole({ min: 1 })
  const target = spec.at('scaleTargetRef')
  const maximum = spec.at('maxReplicas')
  if (maximum.missing) maximum.refuse('a whole number from 1')
  const min = spec.at('minReplicas').whole() ?? 1
  const max = maximum.whole({ min: 1 }) ?? 1
  if (max < min) maximum.refuse(`at least minReplicas, ${min}`)
  const metrics = spec.at('metrics').items().map(metricOf)
  // Without metrics the API server fills in 80 % of the CPU requests.
  const utilization = (value: number): ScalingMetric => ({
    type: 'Resource',
    name: 'cpu',
    container: '',
    target: { type: 'Utilization', value },
  })
  const behavior = spec.at('behavior').only(uses(READ, 'scaleDown', 'scaleUp'))
  return {
    ...named,
    target: {
      kind: target.at('kind').text() ?? required(target.at('kind'), 'the kind of a workload'),
      name: target.at('name').text() ?? required(target.at('name'), 'the name of a workload'),
    },
    min,
    max,
    metrics: metrics.length > 0 ? metrics : [utilization(old ?? 80)],
    behavior: !behavior.missing,
    scaleUp: rulesOf(behavior.at('scaleUp'), SCALE_UP),
    scaleDown: rulesOf(behavior.at('scaleDown'), SCALE_DOWN),
  }
}

type MetricTarget = ScalingMetric['target']

function metricOf(part: Part<autoscaling.MetricSpec>): ScalingMetric {
  part.only(uses(READ, 'containerResource', 'external', 'object', 'pods', 'resource', 'type'))
  const type = part.at('type').oneOf(['Resource', 'ContainerResource', 'Pods', 'Object', 'External']) ?? 'Resource'
  if (part.at('type').missing) part.at('type').refuse('Resource, ContainerResource, Pods, Object, External')
  const key = `${type[0].toLowerCase()}${type.slice(1)}` as 'resource'
  const given = part.at(key) as Part<autoscaling.ContainerResourceMetricSource & autoscaling.PodsMetricSource>
  if (given.missing) given.refuse(`a map ${key} with type ${type}`)
  const name = given.at('name').text() ?? given.at('metric').at('name').text() ?? ''
  const selector = given.at('metric').at('selector')
  if (!selector.missing) selector.ignore('only series with these labels count')
  return { type, name, container: given.at('container').text() ?? '', target: targetOf(given.at('target'), name) }
}

function targetOf(part: Part<autoscaling.MetricTarget>, resource: string): MetricTarget {
  part.only(uses(READ, 'averageUtilization', 'averageValue', 'type', 'value'))
  const type = part.at('type').oneOf(['Utilization', 'Value', 'AverageValue']) ?? 'AverageValue'
  if (type === 'Utilization') return { type, value: part.at('averageUtilization').whole({ min: 1 }) ?? 80 }
  const amount = part.at(type === 'Value' ? 'value' : 'averageValue')
  if (amount.missing) amount.refuse('a quantity')
  // Named resources in their own unit, other metrics in thousandths, which a quantity can always express.
  return { type, value: amount.quantity((value) => readAmount(resource === 'memory' ? 'memory' : 'cpu', value)) ?? 0 }
}

function rulesOf(part: Part<autoscaling.HPAScalingRules | undefined>, defaults: ScalingRules): ScalingRules {
  part.only(uses(READ, 'policies', 'selectPolicy', 'stabilizationWindowSeconds'), 'tolerance')
  const tolerance = part.as<{ readonly tolerance?: unknown }>().at('tolerance')
  if (!tolerance.missing) tolerance.ignore('changes below this share are not made (alpha gate, off)')
  const policies = part
    .at('policies')
    .items()
    .map((item) => {
      item.only(uses(READ, 'periodSeconds', 'type', 'value'))
      return {
        type: item.at('type').oneOf(['Pods', 'Percent']) ?? 'Pods',
        value: item.at('value').whole({ min: 1 }) ?? 1,
        period: item.at('periodSeconds').seconds({ min: 1, max: 1800 }) ?? 15_000_000,
      } as const
    })
  return {
    stabilization: part.at('stabilizationWindowSeconds').seconds({ max: 3600 }) ?? defaults.stabilization,
    select: part.at('selectPolicy').oneOf(['Max', 'Min', 'Disabled']) ?? defaults.select,
    policies: policies.length > 0 ? policies : defaults.policies,
  }
}

/** A PodDisruptionBudget. */
export function budgetOf(named: Named, part: Part<policy.PodDisruptionBudget>): DisruptionBudget {
  const spec = part.only(OBJECT as Fields<policy.PodDisruptionBudget>).at('spec')
  spec.only(uses(READ, 'maxUnavailable', 'minAvailable', 'selector', 'unhealthyPodEvictionPolicy'))
  const minAvailable = spec.at('minAvailable').countOrPercent() ?? null
  const maxUnavailable = spec.at('maxUnavailable').countOrPercent() ?? null
  if (minAvailable !== null && maxUnavailable !== null)
    spec.at('maxUnavailable').error('found both minAvailable and maxUnavailable; accepted: one of the two')
  return {
    ...named,
    selector: selectorOf(spec.at('selector')),
    minAvailable: minAvailable === null && maxUnavailable === null ? 1 : minAvailable,
    maxUnavailable,
    unhealthyPods: spec.at('unhealthyPodEvictionPolicy').oneOf(['IfHealthyBudget', 'AlwaysAllow']) ?? 'IfHealthyBudget',
  }
}

/** Largest value of a user's class. */
const MAX_PRIORITY = 1_000_000_000

/** A PriorityClass. */
export function priorityClassOf(named: Named, part: Part<scheduling.PriorityClass>): PriorityClass {
  part.only(uses(READ, 'apiVersion', 'description', 'globalDefault', 'kind', 'metadata', 'preemptionPolicy', 'value'))
  const value = part.at('value')
  const max = named.name.startsWith('system-') ? 2_147_483_647 : MAX_PRIORITY
  return {
    ...named,
    value: value.whole({ min: -2_147_483_648, max }) ?? 0,
    isDefault: part.at('globalDefault').flag() ?? false,
    preemption: part.at('preemptionPolicy').oneOf(['PreemptLowerPriority', 'Never']) ?? 'PreemptLowerPriority',
  }
}

const SCOPES = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'] as const

function scopeOf(part: Part<core.ScopedResourceSelectorRequirement>): QuotaScope {
  part.only(uses(READ, 'operator', 'scopeName', 'values'))
  const name = part.at('scopeName')
  const scope = name.oneOf(SCOPES) ?? (name.missing ? name.refuse(SCOPES.join(', ')) : undefined) ?? 'PriorityClass'
  const operator = part.at('operator').oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist']) ?? 'Exists'
  const values = part.at('values').list()
  if (scope !== 'PriorityClass' && operator !== 'Exists') part.at('operator').refuse(`Exists with the scope ${scope}`)
  const listed = operator === 'In' || operator === 'NotIn'
  if (listed !== values.length > 0) part.at('values').refuse(`${listed ? 'at least one value' : 'no values'} with the operator ${operator}`)
  return { scope, operator, values }
}

/** A ResourceQuota. */
export function quotaOf(named: Named, part: Part<core.ResourceQuota>): Quota {
  const spec = part.only(OBJECT as Fields<core.ResourceQuota>).at('spec')
  spec.only(uses(READ, 'hard', 'scopeSelector', 'scopes'))
  const words = spec
    .at('scopes')
    .items()
    .flatMap((item) => item.oneOf(SCOPES) ?? [])
  const selected = spec.at('scopeSelector').only(uses(READ, 'matchExpressions')).at('matchExpressions').items().map(scopeOf)
  return {
    ...named,
    hard: amountsOf(spec.at('hard')),
    scopes: [...words.map((scope) => ({ scope, operator: 'Exists' as const, values: [] })), ...selected],
  }
}

/** A LimitRange. */
export function limitRangeOf(named: Named, part: Part<core.LimitRange>): LimitRange {
  const spec = part.only(uses(READ, 'apiVersion', 'kind', 'metadata', 'spec')).at('spec')
  const limits = spec
    .at('limits')
    .items()
    .map((item) => {
      item.only(uses(READ, 'default', 'defaultRequest', 'max', 'maxLimitRequestRatio', 'min', 'type'))
      const type = item.at('type').oneOf(['Container', 'Pod', 'PersistentVolumeClaim']) ?? 'Container'
      const max = amountsOf(item.at('max'))
      const min = amountsOf(item.at('min'))
      const container = type === 'Container'
      const defaults = container ? { ...max, ...amountsOf(item.at('default')) } : {}
      const defaultRequests = container ? { ...min, ...defaults, ...amountsOf(item.at('defaultRequest')) } : {}
      const ratios = item
        .at('maxLimitRequestRatio')
        .entries()
        .map(([name, one]) => [name, one.quantity((value) => readAmount('cpu', value)) ?? 0] as const)
      return { type, max, min, defaults, defaultRequests, maxRatio: Object.fromEntries(ratios) }
    })
  return { ...named, limits }
}

/** A Namespace. */
export function namespaceOf(named: Named, part: Part<core.Namespace>): Named {
  part.only({ ...OBJECT, spec: NO_EFFECT } as Fields<core.Namespace>)
  return named
}

/** A Node, with its allocatable amounts, or its capacity without them. */
export function nodeOf(named: Named, part: Part<core.Node>): ManifestNode {
  part.only({ ...OBJECT, status: READ } as Fields<core.Node>)
  const status = part.at('status')
  const spec = part.at('spec')
  const given = status.at('allocatable').missing ? status.at('capacity') : status.at('allocatable')
  return {
    ...named,
    allocatable: amountsOf(given),
    taints: taintsOf(spec.at('taints')),
    unschedulable: spec.at('unschedulable').flag() ?? false,
  }
}
