/** Pod templates. Defaults: Kubernetes 1.34, pkg/apis/core/v1/defaults.go. */
import type * as core from 'kubernetes-types/core/v1.js'
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js'
import { GRACE, NODE_TOLERATIONS } from '../defaults.ts'
import { NO_EFFECT, READ, uses, type Fields } from '../fields.ts'
import type { Need, PodTemplate, Tolerated, Volume } from '../model.ts'
import type { Part } from '../part.ts'
import { totalsOf } from '../pod-totals.ts'
import { readAmount } from '../quantities.ts'
import { amountsOf, containerOf } from './containers.ts'
import { affinityOf, required, spreadOf, tolerationsOf } from './placement.ts'
import { POD_SPEC, POD_TEMPLATE, RESOURCES } from './pod-fields.ts'

/** Fields of metadata; owner and deletion are read by kinds.ts. */
export const METADATA: Fields<ObjectMeta> = {
  ...uses(READ, 'generateName', 'labels', 'name', 'namespace', 'ownerReferences', 'deletionTimestamp', 'annotations'),
  ...uses(NO_EFFECT, 'creationTimestamp', 'deletionGracePeriodSeconds', 'finalizers', 'generation', 'managedFields'),
  ...uses(NO_EFFECT, 'resourceVersion', 'selfLink', 'uid'),
}

type Restart = PodTemplate['restartPolicy']

/** The template of a controller. `restarts` are the policies that the kind accepts; the first is not the default, Always is. */
export function templateOf(part: Part<core.PodTemplateSpec>, restarts: readonly Restart[]): PodTemplate {
  part.only(POD_TEMPLATE)
  part.at('metadata').only(METADATA)
  return podOf(part.at('metadata'), part.at('spec'), restarts)
}

/** A pod from its metadata and spec. */
export function podOf(
  metadata: Part<ObjectMeta | undefined>,
  spec: Part<core.PodSpec | undefined>,
  restarts: readonly Restart[],
): PodTemplate {
  const own = spec.as<{ readonly resources?: core.ResourceRequirements }>().at('resources').only(RESOURCES)
  spec.only(POD_SPEC, 'resources')
  const containers = spec
    .at('containers')
    .items()
    .map((item) => containerOf(item, false))
  if (containers.length === 0 && !spec.at('containers').isList) spec.at('containers').refuse('at least one container')
  else if (containers.length === 0) spec.at('containers').error('found an empty list; accepted: at least one container')
  const init = spec
    .at('initContainers')
    .items()
    .map((item) => containerOf(item, true))
  const restart = spec.at('restartPolicy').oneOf(['Always', 'OnFailure', 'Never']) ?? 'Always'
  if (!restarts.includes(restart)) {
    const where = spec.at('restartPolicy')
    where.error(`found ${where.missing ? 'none, which is Always' : restart}; accepted: ${restarts.join(', ')}`)
  }
  const parts = {
    containers,
    init,
    overhead: amountsOf(spec.at('overhead')),
    own: { requests: amountsOf(own.at('requests')), limits: amountsOf(own.at('limits')) },
  }
  return {
    labels: metadata.at('labels').texts(),
    ...parts,
    ...totalsOf(parts),
    nodeName: spec.at('nodeName').text() ?? '',
    nodeSelector: spec.at('nodeSelector').texts(),
    affinity: affinityOf(spec.at('affinity')),
    tolerations: withNodeTolerations(tolerationsOf(spec.at('tolerations'))),
    spread: spreadOf(spec.at('topologySpreadConstraints')),
    priorityClass: spec.at('priorityClassName').text() ?? '',
    priority: spec.at('priority').whole({ min: -2_147_483_648 }) ?? 0,
    preemption: spec.at('preemptionPolicy').oneOf(['PreemptLowerPriority', 'Never']) ?? 'PreemptLowerPriority',
    grace: spec.at('terminationGracePeriodSeconds').seconds() ?? GRACE,
    restartPolicy: restart,
    hasDeadline: !spec.at('activeDeadlineSeconds').missing,
    scheduler: spec.at('schedulerName').text() ?? 'default-scheduler',
    hostNetwork: spec.at('hostNetwork').flag() ?? false,
    volumes: spec.at('volumes').items().map(volumeOf),
    needs: needsOf(spec),
  }
}

/** Adds the tolerations of unhealthy nodes that admission adds, unless the pod has its own. */
function withNodeTolerations(given: readonly Tolerated[]): Tolerated[] {
  const covers = (key: string): boolean =>
    given.some((one) => (one.key === key || one.key === '') && (one.effect === 'NoExecute' || one.effect === ''))
  return [...given, ...NODE_TOLERATIONS.filter(({ key }) => !covers(key))]
}

const OTHERS = 'the volume must be reachable from the node'

/** Kinds of volumes that are told apart; of the others only the name is kept. */
const VOLUMES: Partial<Record<keyof core.Volume, Volume['kind']>> = {
  emptyDir: 'emptyDir',
  hostPath: 'hostPath',
  configMap: 'configMap',
  secret: 'secret',
  projected: 'projected',
  downwardAPI: 'downwardAPI',
  persistentVolumeClaim: 'claim',
  ephemeral: 'ephemeral',
}

function volumeOf(part: Part<core.Volume>): Volume {
  const name = part.at('name').text() ?? required(part.at('name'), 'a name')
  const [key] = part
    .entries()
    .map(([entry]) => entry as keyof core.Volume)
    .filter((entry) => entry !== 'name')
  const kind = key === undefined ? 'emptyDir' : (VOLUMES[key] ?? 'other')
  if (kind === 'other') part.at(key).ignore(OTHERS)
  const empty = part.at('emptyDir')
  const source =
    part.at('configMap').at('name').text() ??
    part.at('secret').at('secretName').text() ??
    part.at('persistentVolumeClaim').at('claimName').text() ??
    part.at('hostPath').at('path').text() ??
    ''
  return {
    name,
    kind,
    source,
    sizeLimit: empty.at('sizeLimit').quantity((value) => readAmount('memory', value)) ?? null,
    memory: empty.at('medium').text() === 'Memory',
  }
}

/** Config maps, secrets and claims that containers or volumes name. */
function needsOf(spec: Part<core.PodSpec | undefined>): Need[] {
  const needs: Need[] = []
  const need = (kind: Need['kind'], name: Part<string | undefined>, optional: Part<boolean | undefined> | null): void => {
    const text = name.text()
    if (text === undefined) return
    const { place, path } = name
    needs.push({ kind, name: text, optional: optional?.flag() ?? false, place, path })
  }
  for (const container of [...spec.at('containers').items(), ...spec.at('initContainers').items()]) {
    for (const from of container.at('envFrom').items()) {
      need('ConfigMap', from.at('configMapRef').at('name'), from.at('configMapRef').at('optional'))
      need('Secret', from.at('secretRef').at('name'), from.at('secretRef').at('optional'))
    }
    for (const { config, secret } of container
      .at('env')
      .items()
      .map((one) => ({ config: one.at('valueFrom').at('configMapKeyRef'), secret: one.at('valueFrom').at('secretKeyRef') }))) {
      need('ConfigMap', config.at('name'), config.at('optional'))
      need('Secret', secret.at('name'), secret.at('optional'))
    }
  }
  for (const volume of spec.at('volumes').items()) {
    need('ConfigMap', volume.at('configMap').at('name'), volume.at('configMap').at('optional'))
    need('Secret', volume.at('secret').at('secretName'), volume.at('secret').at('optional'))
    need('PersistentVolumeClaim', volume.at('persistentVolumeClaim').at('claimName'), null)
    for (const { config, secret } of volume
      .at('projected')
      .at('sources')
      .items()
      .map((one) => ({ config: one.at('configMap'), secret: one.at('secret') }))) {
      need('ConfigMap', config.at('name'), config.at('optional'))
      need('Secret', secret.at('name'), secret.at('optional'))
    }
  }
  return needs
}
