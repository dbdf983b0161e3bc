/** Which nodes a pod requires by nodeSelector and required node affinity. Source: Kubernetes 1.34 component-helpers/scheduling/corev1/nodeaffinity. */
import { fulfils, equalities } from './selectors.ts'
import type { Affinity, Labels, NodeSelector, NodeSelectorTerm, Requirement } from '../rules.ts'

/** The one field of a node that `matchFields` may name. */
export const NAME_FIELD = 'metadata.name'

const conditions = (list: readonly Requirement[] | null | undefined): readonly Requirement[] => list ?? []

/** What selectors read of a node. */
interface SelectedNode {
  readonly name: string
  readonly labels?: Labels | null
}

/** What selects nodes. */
interface SelectingPod {
  readonly nodeSelector?: Labels | null
  readonly affinity?: Affinity | null
}

/** Whether a term has no condition; such a term matches no node. */
export const isEmptyTerm = (term: NodeSelectorTerm): boolean =>
  conditions(term.matchExpressions).length === 0 && conditions(term.matchFields).length === 0

/** Whether a node fulfils all conditions of a term. */
export function termMatches(term: NodeSelectorTerm, node: SelectedNode): boolean {
  if (isEmptyTerm(term)) return false
  const fields = { [NAME_FIELD]: node.name }
  return (
    conditions(term.matchExpressions).every((one) => fulfils(node.labels ?? {}, one)) &&
    conditions(term.matchFields).every((one) => fulfils(fields, one))
  )
}

/** Whether one of the terms matches the node. */
export const selectorMatches = (selector: NodeSelector, node: SelectedNode): boolean =>
  selector.nodeSelectorTerms.some((term) => termMatches(term, node))

/** Whether the node has the labels of the pod's nodeSelector and matches its required node affinity. */
export function requiredNodesMatch(pod: SelectingPod, node: SelectedNode): boolean {
  const required = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const selected = equalities(pod.nodeSelector).every((one) => fulfils(node.labels ?? {}, one))
  return selected && (required === null || required === undefined || selectorMatches(required, node))
}
