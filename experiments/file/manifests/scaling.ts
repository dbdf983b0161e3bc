/** HorizontalPodAutoscalers of manifests as the replica autoscaler of a run, which is one for all services. */
import type { Autoscaler } from '../../../workloads/index.ts'

type Raw = Record<string, unknown>

/** The `autoscaling.replicas` that acts as these autoscalers do; undefined where they differ, or read other metrics than CPU utilization. */
export function replicaAutoscalerOf(autoscalers: readonly Autoscaler[]): Raw | undefined {
  const [first, ...others] = autoscalers.map(choiceOf)
  return others.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? first : undefined
}

function choiceOf({ metrics, behavior, scaleUp, scaleDown }: Autoscaler): Raw | undefined {
  const [only, ...more] = metrics
  if (more.length > 0 || only.type !== 'Resource' || only.name !== 'cpu' || only.target.type !== 'Utilization') return undefined
  const choice = { name: 'hpa', target: `${only.target.value}%` }
  if (!behavior) return choice
  return {
    ...choice,
    rules: 'behavior',
    scaleUpWindow: time(scaleUp.stabilization),
    scaleUpSelect: scaleUp.select,
    scaleUpPolicies: policiesOf(scaleUp),
    scaleDownWindow: time(scaleDown.stabilization),
    scaleDownSelect: scaleDown.select,
    scaleDownPolicies: policiesOf(scaleDown),
  }
}

const time = (microseconds: number): string => `${microseconds}us`

const policiesOf = ({ policies }: Autoscaler['scaleUp']): Raw[] =>
  policies.map(({ type, value, period }) => ({ type, value, period: time(period) }))
