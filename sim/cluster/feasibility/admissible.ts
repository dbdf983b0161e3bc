/** What never changes between a kind of pod and a kind of node: selectors, taints, GPU model. Kubernetes' rules for NodeSelector and TaintToleration. */
import type { NodeTemplate, PodShape, Taint, Toleration } from '../spec.ts'

/** A toleration matches a taint: same effect (or any), same key (or every key with Exists), and the same value unless Exists. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== '' && toleration.effect !== taint.effect) return false
  if (toleration.key === '') return toleration.operator === 'Exists'
  if (toleration.key !== taint.key) return false
  return toleration.operator === 'Exists' || toleration.value === taint.value
}

/** May pods of this shape run on nodes of this template at all? PreferNoSchedule is a preference, so it does not forbid. */
export function admissible(shape: PodShape, template: NodeTemplate): boolean {
  for (const [key, value] of Object.entries(shape.nodeSelector)) if (template.labels[key] !== value) return false
  for (const taint of template.taints) {
    if (taint.effect !== 'PreferNoSchedule' && !shape.tolerations.some((toleration) => tolerates(toleration, taint))) return false
  }
  return shape.gpus === 0 || shape.gpuModels.length === 0 || shape.gpuModels.includes(template.gpuModel)
}
