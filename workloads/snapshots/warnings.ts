/** What a snapshot has that is unusual but real, or that is not understood; each with its count and first examples. */
import type { KubePod } from '../../sim/index.ts'
import type { Snapshot, SnapshotDraft } from './snapshot.ts'

const EXAMPLES = 3

function counted(names: readonly string[], what: (count: number) => string): string[] {
  if (names.length === 0) return []
  const more = names.length > EXAMPLES ? ', …' : ''
  return [`${names.length} ${what(names.length)}: ${names.slice(0, EXAMPLES).join(', ')}${more}`]
}

const plural = (one: string, many: string) => (count: number) => (count === 1 ? one : many)

const hasNamespaceSelector = ({ affinity }: KubePod): boolean =>
  [affinity?.podAffinity, affinity?.podAntiAffinity].some((one) => {
    const required = one?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    const preferred = (one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm)
    return [...required, ...preferred].some(({ namespaceSelector }) => namespaceSelector !== null && namespaceSelector !== undefined)
  })

/** What a run that begins with the snapshot does not have of it. `known`: schedulers of the run. */
export function runWarnings({ cluster, pending, schedulers, otherKinds }: Snapshot, known: { has(name: string): boolean }): string[] {
  const pods = [...(cluster.pods ?? []).filter(({ node }) => node), ...pending.map(({ pod }) => pod)]
  const key = ({ namespace, name }: KubePod): string => `${namespace}/${name}`
  const of = (condition: (pod: KubePod) => boolean): string[] => pods.filter(condition).map(key)
  return [
    ...counted(
      otherKinds.map(({ kind, count }) => `${count} ${kind}`),
      plural('kind of objects decides nothing in a run and is left out', 'kinds of objects decide nothing in a run and are left out'),
    ),
    ...counted(
      [...new Set(pods.map((pod) => schedulers.get(pod) ?? ''))].filter((name) => name !== '' && !known.has(name)),
      plural(
        'scheduler is not one of the run; its pods are placed by the default one',
        'schedulers are not of the run; their pods are placed by the default one',
      ),
    ),
    ...counted(
      of(({ terminating, node }) => terminating === true && !!node),
      plural('pod is terminating and leaves after its grace period', 'pods are terminating and leave after their grace periods'),
    ),
    ...counted(
      pending.filter(({ pod }) => pod.nominatedNode).map(({ pod }) => key(pod)),
      plural('pending pod has a nominated node, which is not kept', 'pending pods have nominated nodes, which are not kept'),
    ),
    ...counted(
      of(({ volumes }) => (volumes ?? []).some(({ claim }) => claim)),
      plural('pod mounts claims, which a run does not bind', 'pods mount claims, which a run does not bind'),
    ),
    ...counted(
      of(({ owner }) => owner?.kind === 'Job'),
      plural('pod of a Job runs to the end of the run', 'pods of Jobs run to the end of the run'),
    ),
  ]
}

/** Warnings of a snapshot. */
export function warningsOf({ nodes, pods, namespaces, claims }: SnapshotDraft): string[] {
  const names = new Set(nodes.map(({ name }) => name))
  const present = pods.filter(({ finished }) => !finished)
  const astray = present.filter(({ pod }) => pod.node !== undefined && pod.node !== null && pod.node !== '' && !names.has(pod.node))
  const withoutPods = nodes.filter(({ allocatable }) => allocatable?.['pods'] === undefined)
  const known = new Set(namespaces.map(({ name }) => name))
  const unknown = [...new Set(present.map(({ pod }) => pod.namespace))].filter((name) => !known.has(name))
  const selectsNamespaces = present.some(({ pod }) => hasNamespaceSelector(pod))
  const key = ({ pod }: SnapshotDraft['pods'][number]): string => `${pod.namespace}/${pod.name}`
  return [
    ...counted(
      astray.map((one) => `${key(one)} on ${one.pod.node ?? ''}`),
      plural(
        'pod is on a node that is not in the snapshot and is left out',
        'pods are on nodes that are not in the snapshot and are left out',
      ),
    ),
    ...counted(
      withoutPods.map(({ name }) => name),
      plural('node states no number of pods, so that no pod fits on it', 'nodes state no number of pods, so that no pod fits on them'),
    ),
    ...counted(
      claims.length > 0 ? [] : present.filter(({ pod }) => pod.volumes?.some(({ claim }) => claim) === true).map(key),
      plural(
        'pod mounts a claim, which is not checked, since the snapshot has no PersistentVolumeClaim',
        'pods mount claims, which are not checked, since the snapshot has no PersistentVolumeClaim',
      ),
    ),
    ...counted(
      present.filter(({ claimsDevices }) => claimsDevices).map(key),
      plural('pod has resource claims, which are not modelled', 'pods have resource claims, which are not modelled'),
    ),
    ...(selectsNamespaces
      ? counted(
          unknown,
          plural(
            'namespace is not in the snapshot, so its labels are unknown to namespaceSelector',
            'namespaces are not in the snapshot, so their labels are unknown to namespaceSelector',
          ),
        )
      : []),
  ]
}
