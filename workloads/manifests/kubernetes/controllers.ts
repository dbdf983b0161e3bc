/** Workloads: Deployment, ReplicaSet, StatefulSet, DaemonSet, Pod. Defaults: Kubernetes 1.34, pkg/apis/apps/v1/defaults.go. */
import type * as apps from 'kubernetes-types/apps/v1.js'
import type * as core from 'kubernetes-types/core/v1.js'
import { NO_DEADLINE, PROGRESS_DEADLINE, REVISION_HISTORY, ROLLING, SECOND } from '../defaults.ts'
import { NO_EFFECT, READ, uses, type Fields } from '../fields.ts'
import type { Controller, CountOrPercent, ManifestWorkload, Named, PodTemplate, Selector } from '../model.ts'
import { INT32, type Part } from '../part.ts'
import { selectorOf } from './placement.ts'
import { podOf, templateOf } from './pod.ts'
import { claimOf } from './storage.ts'

const OBJECT = { ...uses(READ, 'apiVersion', 'kind', 'metadata', 'spec'), ...uses(NO_EFFECT, 'status') }

/** Fields of every object with a spec and a status. */
export const TOP: Fields<apps.Deployment> = OBJECT

type Parts = Pick<ManifestWorkload, 'replicas' | 'selector' | 'template' | 'controller'>

/** A workload of Kubernetes. */
export const workload = (named: Named, parts: Parts): ManifestWorkload => ({ ...named, orchestrator: 'kubernetes', ...parts })

interface SpecWithPods {
  readonly selector: apps.DeploymentSpec['selector']
  readonly template: core.PodTemplateSpec
}

/** Selector and template, which must match: the API server refuses the object otherwise. */
function podsOf(spec: Part<SpecWithPods | undefined>): { readonly selector: Selector | null; readonly template: PodTemplate } {
  const selector = selectorOf(spec.at('selector'))
  if (selector === null) spec.at('selector').refuse('matchLabels that are among the labels of the template')
  else if (Object.keys(selector.labels).length + selector.expressions.length === 0)
    spec.at('selector').error('found an empty selector; accepted: matchLabels that are among the labels of the template')
  return { selector, template: templateOf(spec.at('template'), ['Always']) }
}

const DEPLOYMENT: Fields<apps.DeploymentSpec> = uses(
  READ,
  'minReadySeconds',
  'paused',
  'progressDeadlineSeconds',
  'replicas',
  'revisionHistoryLimit',
  'selector',
  'strategy',
  'template',
)

/** A Deployment. */
export function deploymentOf(named: Named, part: Part<apps.Deployment>): ManifestWorkload {
  const spec = part.only(TOP).at('spec').only(DEPLOYMENT)
  const deadline = spec.at('progressDeadlineSeconds')
  const seconds = deadline.whole({ min: 1 })
  const minReady = spec.at('minReadySeconds').seconds() ?? 0
  if (seconds !== undefined && seconds * SECOND <= minReady) deadline.refuse('more than minReadySeconds')
  const progressDeadline = seconds === undefined ? PROGRESS_DEADLINE : seconds === NO_DEADLINE ? null : seconds * SECOND
  return workload(named, {
    replicas: spec.at('replicas').whole() ?? 1,
    ...podsOf(spec),
    controller: {
      kind: 'Deployment',
      strategy: strategyOf(spec.at('strategy')),
      minReady,
      progressDeadline,
      revisionHistory: spec.at('revisionHistoryLimit').whole() ?? REVISION_HISTORY,
      paused: spec.at('paused').flag() ?? false,
    },
  })
}

type Strategy = Extract<Controller, { kind: 'Deployment' }>['strategy']

function strategyOf(part: Part<apps.DeploymentStrategy | undefined>): Strategy {
  part.only(uses(READ, 'rollingUpdate', 'type'))
  const type = part.at('type').oneOf(['RollingUpdate', 'Recreate']) ?? 'RollingUpdate'
  const rolling = part.at('rollingUpdate').only(uses(READ, 'maxSurge', 'maxUnavailable'))
  if (type === 'Recreate') {
    if (!rolling.missing) rolling.refuse('none with type Recreate')
    return { type }
  }
  const maxSurge = rolling.at('maxSurge').countOrPercent() ?? ROLLING
  const maxUnavailable = rolling.at('maxUnavailable').countOrPercent() ?? ROLLING
  if (isZero(maxSurge) && isZero(maxUnavailable))
    rolling
      .at('maxUnavailable')
      .error('found maxSurge and maxUnavailable of 0, with which a rollout could never begin; accepted: one of them above 0')
  return { type, maxSurge, maxUnavailable }
}

const isZero = (value: CountOrPercent): boolean => value === 0 || /^0+%$/.test(String(value))

/** A ReplicaSet. */
export function replicaSetOf(named: Named, part: Part<apps.ReplicaSet>): ManifestWorkload {
  const spec = part
    .only(TOP)
    .at('spec')
    .only(uses(READ, 'minReadySeconds', 'replicas', 'selector', 'template'))
  return workload(named, {
    replicas: spec.at('replicas').whole() ?? 1,
    ...podsOf(spec as Part<SpecWithPods>),
    controller: { kind: 'ReplicaSet', minReady: spec.at('minReadySeconds').seconds() ?? 0 },
  })
}

const STATEFUL_SET: Fields<apps.StatefulSetSpec> = uses(
  READ,
  'minReadySeconds',
  'ordinals',
  'persistentVolumeClaimRetentionPolicy',
  'podManagementPolicy',
  'replicas',
  'revisionHistoryLimit',
  'selector',
  'serviceName',
  'template',
  'updateStrategy',
  'volumeClaimTemplates',
)

/** A StatefulSet. */
export function statefulSetOf(named: Named, part: Part<apps.StatefulSet>): ManifestWorkload {
  const spec = part.only(TOP).at('spec').only(STATEFUL_SET)
  const update = spec.at('updateStrategy').only(uses(READ, 'rollingUpdate', 'type'))
  const rolling = update
    .at('rollingUpdate')
    .only({ partition: READ, maxUnavailable: 'more than one pod would be updated at once (alpha gate, off)' })
  const retention = spec.at('persistentVolumeClaimRetentionPolicy').only(uses(READ, 'whenDeleted', 'whenScaled'))
  return workload(named, {
    replicas: spec.at('replicas').whole() ?? 1,
    ...podsOf(spec),
    controller: {
      kind: 'StatefulSet',
      serviceName: spec.at('serviceName').text() ?? '',
      podManagement: spec.at('podManagementPolicy').oneOf(['OrderedReady', 'Parallel']) ?? 'OrderedReady',
      updateStrategy: update.at('type').oneOf(['RollingUpdate', 'OnDelete']) ?? 'RollingUpdate',
      partition: rolling.at('partition').whole() ?? 0,
      start: spec.at('ordinals').at('start').whole() ?? 0,
      minReady: spec.at('minReadySeconds').seconds() ?? 0,
      revisionHistory: spec.at('revisionHistoryLimit').whole() ?? REVISION_HISTORY,
      claimTemplates: spec
        .at('volumeClaimTemplates')
        .items()
        .map((item) =>
          claimOf({ ...named, kind: 'PersistentVolumeClaim', name: item.at('metadata').at('name').text() ?? '', place: item.place }, item),
        ),
      retention: {
        whenDeleted: retention.at('whenDeleted').oneOf(['Retain', 'Delete']) ?? 'Retain',
        whenScaled: retention.at('whenScaled').oneOf(['Retain', 'Delete']) ?? 'Retain',
      },
    },
  })
}

const DAEMON_SET: Fields<apps.DaemonSetSpec> = uses(
  READ,
  'minReadySeconds',
  'revisionHistoryLimit',
  'selector',
  'template',
  'updateStrategy',
)

/** A DaemonSet. */
export function daemonSetOf(named: Named, part: Part<apps.DaemonSet>): ManifestWorkload {
  const spec = part.only(TOP).at('spec').only(DAEMON_SET)
  const update = spec.at('updateStrategy').only(uses(READ, 'rollingUpdate', 'type'))
  const rolling = update.at('rollingUpdate').only(uses(READ, 'maxSurge', 'maxUnavailable'))
  const maxSurge = rolling.at('maxSurge').countOrPercent() ?? 0
  const maxUnavailable = rolling.at('maxUnavailable').countOrPercent() ?? 1
  if (isZero(maxSurge) && isZero(maxUnavailable))
    rolling
      .at('maxUnavailable')
      .error('found maxSurge and maxUnavailable of 0, with which an update could never begin; accepted: one of them above 0')
  if (!isZero(maxSurge) && !isZero(maxUnavailable))
    rolling.at('maxSurge').error(`found maxSurge ${maxSurge} with maxUnavailable ${maxUnavailable}; accepted: one of them 0 in a DaemonSet`)
  return workload(named, {
    replicas: null,
    ...podsOf(spec),
    controller: {
      kind: 'DaemonSet',
      updateStrategy: update.at('type').oneOf(['RollingUpdate', 'OnDelete']) ?? 'RollingUpdate',
      maxSurge,
      maxUnavailable,
      minReady: spec.at('minReadySeconds').seconds() ?? 0,
      revisionHistory: spec.at('revisionHistoryLimit').whole({ max: INT32 }) ?? REVISION_HISTORY,
    },
  })
}

/** A Pod that no controller owns. */
export function podWorkloadOf(named: Named, part: Part<core.Pod>): ManifestWorkload {
  part.only(TOP as Fields<core.Pod>)
  const template = podOf(part.at('metadata'), part.at('spec'), ['Always', 'OnFailure', 'Never'])
  return workload(named, { replicas: 1, selector: null, template, controller: { kind: 'Pod' } })
}
