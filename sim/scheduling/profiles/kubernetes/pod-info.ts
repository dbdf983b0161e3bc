/** A pod with what is derived from it once: requests, ports, tolerations, compiled affinity terms. */
import type { Toleration } from '../../../cluster/spec.ts'
import { tolerates } from '../../../cluster/feasibility/admissible.ts'
import type { HostPort } from '../../../cluster/rules.ts'
import type { KubeContainer, KubePod, KubePort, KubeTaint, Labels, PodAffinityTerm } from './objects.ts'
import { heldRequestsOf, requestsOf, scoredRequestsOf, type Requests } from './requests.ts'
import { compiled, labelKeys, type Selector } from '../../../cluster/feasibility/selectors.ts'

/** A compiled term of inter-pod affinity. */
export interface AffinityTerm {
  readonly weight: number
  readonly topologyKey: string
  readonly selector: Selector
  readonly namespaces: ReadonlySet<string>
  /** Other namespaces by their labels. */
  readonly namespaceSelector: Selector
}

/** All terms of a pod's inter-pod affinity. */
export interface AffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[]
  readonly requiredAntiAffinity: readonly AffinityTerm[]
  readonly preferredAffinity: readonly AffinityTerm[]
  readonly preferredAntiAffinity: readonly AffinityTerm[]
}

/** A pod as the plugins read it. */
export interface PodInfo {
  readonly pod: KubePod
  /** namespace/name */
  readonly key: string
  readonly labels: Labels
  readonly priority: number
  readonly requests: Requests
  /** What scores count of the pod to place, and of the pod on a node. */
  readonly scoredRequests: Requests
  readonly heldRequests: Requests
  readonly ports: readonly HostPort[]
  readonly tolerations: readonly Toleration[]
  readonly terms: AffinityTerms
}

const NO_TERMS: AffinityTerms = { requiredAffinity: [], requiredAntiAffinity: [], preferredAffinity: [], preferredAntiAffinity: [] }

/** Derives everything of a pod. */
export function podInfo(pod: KubePod): PodInfo {
  const requests = requestsOf(pod)
  return {
    pod,
    key: `${pod.namespace}/${pod.name}`,
    labels: pod.labels ?? {},
    priority: pod.priority ?? 0,
    requests,
    scoredRequests: scoredRequestsOf(pod),
    heldRequests: heldRequestsOf(pod, requests),
    ports: hostPorts(pod),
    tolerations: (pod.tolerations ?? []).map(({ key, operator, value, effect }) => ({
      key: key ?? '',
      operator: operator === 'Exists' ? 'Exists' : 'Equal',
      value: value ?? '',
      effect: effect ?? '',
    })),
    terms: termsOf(pod),
  }
}

/** The first of the taints that pods with these tolerations may not ignore; only those of the given effects. */
export function untolerated(
  taints: readonly KubeTaint[] | null | undefined,
  tolerations: readonly Toleration[],
  effects: readonly string[],
): KubeTaint | undefined {
  return (taints ?? []).find(
    (taint) => effects.includes(taint.effect) && !tolerations.some((one) => tolerates(one, { ...taint, value: taint.value ?? '' })),
  )
}

/** Host ports of the containers and sidecars; with hostNetwork every port of a container is one. */
function hostPorts(pod: KubePod): HostPort[] {
  const running = [...(pod.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'), ...pod.containers]
  const portsOf = ({ ports }: KubeContainer): readonly KubePort[] => ports ?? []
  return running.flatMap(portsOf).flatMap(({ containerPort, hostPort, hostIP, protocol }) => {
    const port = (hostPort ?? 0) > 0 ? hostPort! : pod.hostNetwork === true ? (containerPort ?? 0) : 0
    if (port <= 0) return []
    return [{ ip: emptyOr(hostIP, '0.0.0.0'), protocol: emptyOr(protocol, 'TCP'), port }]
  })
}

const emptyOr = (text: string | null | undefined, otherwise: string): string =>
  text === null || text === undefined || text === '' ? otherwise : text

function termsOf(pod: KubePod): AffinityTerms {
  const { podAffinity, podAntiAffinity } = pod.affinity ?? {}
  if (!podAffinity && !podAntiAffinity) return NO_TERMS
  const required = (terms: readonly PodAffinityTerm[] | null | undefined): AffinityTerm[] =>
    (terms ?? []).map((term) => compiledTerm(pod, term, 0))
  const preferred = (
    terms: readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] | null | undefined,
  ): AffinityTerm[] => (terms ?? []).map(({ weight, podAffinityTerm }) => compiledTerm(pod, podAffinityTerm, weight))
  return {
    requiredAffinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  }
}

function compiledTerm(pod: KubePod, term: PodAffinityTerm, weight: number): AffinityTerm {
  const labels = pod.labels ?? {}
  const keys = [...labelKeys(labels, term.matchLabelKeys, 'In'), ...labelKeys(labels, term.mismatchLabelKeys, 'NotIn')]
  const named = term.namespaces ?? []
  const selected = term.namespaceSelector !== null && term.namespaceSelector !== undefined
  return {
    weight,
    topologyKey: term.topologyKey,
    selector: compiled(term.labelSelector, keys),
    namespaces: new Set(named.length === 0 && !selected ? [pod.namespace] : named),
    namespaceSelector: compiled(term.namespaceSelector),
  }
}

/** Whether a term selects the pod. `namespaceLabels` are those of the pod's namespace. */
export function termSelects(term: AffinityTerm, pod: PodInfo, namespaceLabels: Labels): boolean {
  const here = term.namespaces.has(pod.pod.namespace) || term.namespaceSelector.matches(namespaceLabels)
  return here && term.selector.matches(pod.labels)
}
