/**
 * The text of a FailedScheduling event, in the words of kube-scheduler 1.34 (FitError.Error and the plugins' statuses): each node under the first
 * rule that excludes it, the parts in the order of their texts.
 */
import type { Refusals } from '../../cluster/feasibility/reasons.ts'
import { Reason } from '../../cluster/views.ts'
import { countedReasons, noneAvailable } from '../../scheduling/profiles/kubernetes/messages.ts'

const TEXTS: Readonly<Record<Reason, string>> = {
  [Reason.NotReady]: 'node(s) were unschedulable',
  [Reason.Cpu]: 'Insufficient cpu',
  [Reason.Memory]: 'Insufficient memory',
  [Reason.Pods]: 'Too many pods',
  [Reason.Resource]: 'Insufficient named resource',
  [Reason.Devices]: 'Insufficient nvidia.com/gpu',
  [Reason.Selector]: "node(s) didn't match Pod's node affinity/selector",
  [Reason.Taint]: 'node(s) had untolerated taint(s)',
  [Reason.Volume]: 'node(s) had volume node affinity conflict',
  [Reason.Ports]: "node(s) didn't have free ports for the requested pod ports",
  [Reason.Spread]: "node(s) didn't match pod topology spread constraints",
  [Reason.Affinity]: "node(s) didn't match pod affinity rules",
  [Reason.AntiAffinity]: "node(s) didn't match pod anti-affinity rules",
  [Reason.Plugin]: 'node(s) were refused by a plugin',
}

/** "0/3 nodes are available: 1 Insufficient memory, 2 Too many pods."; `counts` by reason, of `nodes` nodes. */
export function notAvailable({ counts, nodes, plugins }: Refusals): string {
  const found = Object.values(Reason).filter((reason) => counts[reason] > 0 && (reason !== Reason.Plugin || plugins.size === 0))
  return noneAvailable(nodes, countedReasons([], new Map([...found.map((reason) => [TEXTS[reason], counts[reason]] as const), ...plugins])))
}
