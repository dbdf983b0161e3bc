/** What manifests say that runs do not carry yet, a sentence for each property with the workloads that have it. */
import { uncountedBounds } from './admission.ts'
import { hasOtherProbes } from './probes.ts'
import type { Manifests, ManifestWorkload } from '../../../workloads/index.ts'
import { isMap } from '../quantities.ts'

type Test = (workload: ManifestWorkload) => boolean

const isConstrained: Test = ({ controller }) => {
  switch (controller.kind) {
    case 'SwarmService':
      return controller.constraints.length + controller.preferences.length + controller.maxReplicasPerNode > 0
    case 'EcsService':
      return controller.placementConstraints.length + controller.placementStrategy.length > 0
    case 'MarathonApp':
      return controller.constraints.length > 0
    default:
      return false
  }
}

/** Properties that change nothing in a run yet. */
const PROPERTIES: readonly (readonly [string, Test])[] = [
  ['paused rollouts', ({ controller }) => controller.kind === 'Deployment' && controller.paused],
  ['placement constraints of Swarm, ECS and Marathon', isConstrained],
  ['nodeName', ({ template }) => template.nodeName !== ''],
  ['probes of further containers of a pod', hasOtherProbes],
  ['ephemeral volumes of pods', ({ template }) => template.volumes.some(({ kind }) => kind === 'ephemeral')],
  ['requests of ephemeral-storage and huge pages', ({ template }) => Object.keys(template.requests).some(isUncounted)],
]

/** Resources that nodes of an experiment do not have. */
export const isUncounted = (resource: string): boolean => resource === 'ephemeral-storage' || resource.startsWith('hugepages-')

/** Rules that only the scheduler kubernetes knows. */
const rules: Test = ({ template: { affinity, spread, hostNetwork, containers } }) =>
  [affinity.nodePreferred, affinity.podRequired, affinity.podPreferred, affinity.antiRequired, affinity.antiPreferred, spread].flat()
    .length > 0 ||
  hostNetwork ||
  containers.some(({ ports }) => ports.some(({ hostPort }) => hostPort > 0))

const isKubernetes = (scheduling: unknown): boolean =>
  scheduling === 'kubernetes' || (isMap(scheduling) && scheduling['name'] === 'kubernetes')

/** Required node affinity as a node selector: one term whose expressions have one value each; otherwise empty. */
export function selectorOf({ nodeRequired }: Pick<ManifestWorkload['template']['affinity'], 'nodeRequired'>): Record<string, string> {
  if (nodeRequired.length !== 1) return {}
  const [{ labels, fields }] = nodeRequired
  const simple = fields.length === 0 && labels.every(({ operator, values }) => operator === 'In' && values.length === 1)
  return simple ? Object.fromEntries(labels.map(({ key, values }) => [key, values[0]])) : {}
}

const named = (all: readonly { readonly namespace: string; readonly name: string }[]): string => {
  const names = all.map(({ namespace, name }) => `${namespace}/${name}`)
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
}

/** Whether a Job or a CronJob creates the pods. */
export const isBatch = ({ controller }: ManifestWorkload): boolean => controller.kind === 'Job' || controller.kind === 'CronJob'

/** Whether the controller keeps a pod on each node. */
export const isOnEachNode = ({ controller }: ManifestWorkload): boolean =>
  controller.kind === 'DaemonSet' ||
  (controller.kind === 'SwarmService' && controller.mode === 'global') ||
  (controller.kind === 'EcsService' && controller.scheduling === 'DAEMON')

/** Whether the pods of a workload are part of a run: those that a controller keeps at a number, or one on each node. */
export const isRun = (workload: ManifestWorkload): boolean =>
  !isJobOfSwarm(workload) && (workload.replicas !== null || isOnEachNode(workload))

/** Tasks that run to completion, which the controllers of Swarm here do not have. */
const isJobOfSwarm: Test = ({ controller }) => controller.kind === 'SwarmService' && controller.mode.endsWith('-job')

/** The kind in messages. */
const kindOf = ({ kind, controller }: ManifestWorkload): string =>
  controller.kind === 'SwarmService' ? `${kind} of mode ${controller.mode}` : kind

/** A sentence for each kind whose pods are not part of a run, with its workloads. */
export function notRun({ workloads }: Manifests): string[] {
  const others = workloads.filter((one) => !isRun(one) && !isBatch(one))
  return [...new Set(others.map(kindOf))].map(
    (kind) => `pods of kind ${kind} are not run yet: ${named(others.filter((one) => kindOf(one) === kind))}`,
  )
}

/** A sentence for each property that is not simulated. `file` has the keys of the file. */
export function unsupported(manifests: Manifests, file: Readonly<Record<string, unknown>>): string[] {
  const { workloads, services, nodes, ignored } = manifests
  const run = workloads.filter((one) => isRun(one) || isBatch(one))
  const lines = notRun(manifests)
  for (const [what, test] of PROPERTIES) {
    const having = run.filter(test)
    if (having.length > 0) lines.push(`not simulated yet: ${what} (${named(having)})`)
  }
  const ruled = isKubernetes(file['scheduling']) ? [] : run.filter(rules)
  if (ruled.length > 0)
    lines.push(
      `preferences for nodes, affinity to other pods, spreading and ports of the node count with scheduling: kubernetes only (${named(ruled)})`,
    )
  const idle = run.filter(({ template }) => (template.requests['cpu'] ?? 0) === 0)
  if (idle.length > 0) lines.push(`no CPU request, for which 1m is assumed: ${named(idle)}`)
  const affine = services.filter(({ affinityTimeout }) => affinityTimeout !== null)
  if (affine.length > 0 && file['kubeProxy'] === undefined)
    lines.push(`sessionAffinity ClientIP has an effect with kubeProxy only (${named(affine)})`)
  const uncounted = uncountedBounds(manifests)
  if (uncounted.length > 0) lines.push(`quotas of objects other than pods have nothing to count in a run: ${uncounted.join(', ')}`)
  if (nodes.length > 0)
    lines.push(`${nodes.length} nodes of the manifests are not used; accepted: pools: [{ trace: kubernetes, path: nodes.json }]`)
  for (const { kind, path, matters, why, place, count } of ignored) {
    const more = count > 1 ? ` and ${count - 1} more` : ''
    if (matters) lines.push(`${place.file}:${place.line}:${place.column} ${`${kind} ${path}`.trim()}${more}: ${why}`)
  }
  return lines.map((line) => `manifests: ${line}`)
}
