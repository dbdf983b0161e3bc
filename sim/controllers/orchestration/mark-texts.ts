/** Actions and faults in a few words, for charts. */
import type { Action, Breakage, NodeSelection } from './spec.ts'

/** Names that a run has for its rows. */
export interface NamesOfRun {
  readonly pools: readonly { readonly name: string }[]
  readonly workloads: readonly { readonly name: string }[]
  readonly batch?: { readonly workloads: readonly { readonly name: string }[] }
}

const FAULTS: Readonly<Record<Breakage['kind'], string>> = {
  'node-crash': 'crash',
  'node-partition': 'partition',
  'node-freeze': 'freeze',
  'node-slow': 'slow cores',
  'node-network': 'bad network',
  'node-loss': 'loss',
  'no-capacity': 'no capacity',
  'pod-crash': 'crash of pods',
  'controllers-down': 'controllers down',
  'scheduler-down': 'scheduler down',
  'api-server-down': 'API server down',
  'api-server-slow': 'slow API server',
  'api-server-load': 'load of the API server',
  'registry-down': 'image registry down',
  'fail-over': 'fail-over',
}

/** "rollout of web", "drain of pool main". */
export function actionText(action: Action, names: NamesOfRun): string {
  if ('taint' in action) return `taint ${action.taint.key}:${action.taint.effect} of ${nodesText(action.nodes, names)}`
  if ('nodes' in action) return `${action.kind} of ${nodesText(action.nodes, names)}`
  if ('batch' in action) return `${action.kind} of ${names.batch?.workloads[action.batch].name ?? 'a job'}`
  const kind = action.kind === 'set-version' ? 'rollout' : action.kind.replace('-', ' ')
  return `${kind} of ${names.workloads[action.workload].name}`
}

/** "crash of zone b". */
export function faultText(fault: Breakage, names: NamesOfRun): string {
  if ('nodes' in fault) return `${FAULTS[fault.kind]} of ${nodesText(fault.nodes, names)}`
  if (fault.kind === 'fail-over') return `fail-over of the ${fault.component}`
  return 'workload' in fault ? `${FAULTS[fault.kind]} of ${names.workloads[fault.workload].name}` : FAULTS[fault.kind]
}

function nodesText({ pool, zone, labels = {}, count }: NodeSelection, names: NamesOfRun): string {
  const places = [
    ...(pool === undefined ? [] : [`pool ${names.pools[pool].name}`]),
    ...(zone === undefined ? [] : [`zone ${zone}`]),
    ...Object.entries(labels).map(([key, value]) => `${key} ${value}`),
  ]
  const number = count === Infinity ? 'nodes' : count === 1 ? '1 node' : `${count} nodes`
  return places.length === 0 ? number : `${number} of ${places.join(', ')}`
}
