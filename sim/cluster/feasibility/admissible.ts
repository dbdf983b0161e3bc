/**
 * The rules that depend on the shape of a pod and the template of a node only: selectors, required node affinity, the name, taints, volumes, GPU model;
 * Kubernetes' NodeAffinity, NodeName, TaintToleration and VolumeBinding.
 */
import { entryOf } from '../../common/dictionary.ts'
import { NONE } from '../../common/ids.ts'
import type { NodeTemplate, PodShape, Taint, Toleration } from '../spec.ts'
import { Reason } from '../views.ts'
import { requiredNodesMatch } from './node-selectors.ts'

/** Whether a toleration matches a taint: same effect (or any), same key (or every key with Exists), and the same value unless Exists. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== '' && toleration.effect !== taint.effect) return false
  if (toleration.key === '') return toleration.operator === 'Exists'
  if (toleration.key !== taint.key) return false
  return toleration.operator === 'Exists' || toleration.value === taint.value
}

/** Taint of nodes whose memory runs short. Admission lets all pods tolerate it that request anything. */
export const MEMORY_PRESSURE = 'node.kubernetes.io/memory-pressure'

/** A pod without requests; a run gives those of manifests one millicore. */
export const isBestEffort = ({ cpu, memory, limit }: PodShape): boolean => memory === 0 && cpu <= 1 && limit === 0

/** Whether pods of this shape may run on nodes of this template at all. */
export function admissible(shape: PodShape, template: NodeTemplate): boolean {
  return inadmissible(shape, template) === NONE
}

/** The first rule that excludes nodes of this template; NONE when there is none. PreferNoSchedule is a preference, so it excludes nothing. */
export function inadmissible(shape: PodShape, template: NodeTemplate): Reason | typeof NONE {
  for (const [key, value] of Object.entries(shape.nodeSelector)) if (entryOf(template.labels, key) !== value) return Reason.Selector
  if (shape.rules !== undefined && !selects(shape, template)) return Reason.Selector
  for (const taint of template.taints) {
    if (taint.key === MEMORY_PRESSURE && !isBestEffort(shape)) continue
    if (taint.effect !== 'PreferNoSchedule' && !shape.tolerations.some((toleration) => tolerates(toleration, taint))) return Reason.Taint
  }
  for (const { key, values } of shape.reach ?? []) if (!values.includes(entryOf(template.labels, key) ?? '')) return Reason.Volume
  const anyModel = shape.gpus === 0 || shape.gpuModels.length === 0
  return anyModel || shape.gpuModels.includes(template.gpuModel) ? NONE : Reason.Devices
}

function selects({ rules }: PodShape, { name = '', labels }: NodeTemplate): boolean {
  if (rules?.nodeName !== undefined && rules.nodeName !== name) return false
  return rules?.affinity?.nodeAffinity === undefined || requiredNodesMatch({ affinity: rules.affinity }, { name, labels })
}
