/** What breaks during a run. */
import { list, name, positiveTime, section, whole } from '../quantities.ts'
import { at, nodes, oneKey, type NodesData } from './scripted.ts'

/** A fault as the file gives it. */
export type FaultData =
  | { readonly at: number; readonly kind: 'node-crash' | 'node-partition'; readonly nodes: NodesData; readonly duration: number | null }
  | { readonly at: number; readonly kind: 'node-loss'; readonly nodes: NodesData }
  | { readonly at: number; readonly kind: 'pod-crash'; readonly service: string; readonly count: number }
  | { readonly at: number; readonly kind: 'controllers-down'; readonly duration: number }

const lasting = (key: 'crash' | 'partition', kind: 'node-crash' | 'node-partition', meaning: string) =>
  section('a fault', {
    at,
    [key]: nodes.describe(meaning),
    for: positiveTime().optional().describe('time until they answer again; default: not before the horizon'),
  }).transform((given): FaultData => {
    const { [key]: selected, for: time } = given as unknown as { readonly [k: string]: NodesData } & { readonly for?: number }
    return { at: given.at as number, kind, nodes: selected, duration: (time as number | undefined) ?? null }
  })

const fault = oneKey<FaultData>('a fault', {
  crash: lasting('crash', 'node-crash', 'nodes whose processes die at once'),
  partition: lasting('partition', 'node-partition', 'nodes that the control plane does not reach, while their pods go on'),
  loss: section('a fault', { at, loss: nodes.describe('nodes that are gone for good') }).transform(({ loss, ...rest }): FaultData => ({
    kind: 'node-loss',
    nodes: loss,
    ...rest,
  })),
  podCrash: section('a fault', {
    at,
    podCrash: name().describe('service whose oldest pods exit with an error'),
    count: whole({ min: 1 }).prefault(1),
  }).transform(({ podCrash, ...rest }): FaultData => ({ kind: 'pod-crash', service: podCrash, ...rest })),
  controllersDown: section('a fault', { at, controllersDown: positiveTime().describe('time for which no controller acts') }).transform(
    ({ controllersDown, ...rest }): FaultData => ({ kind: 'controllers-down', duration: controllersDown, ...rest }),
  ),
})

/** What breaks during a run. */
export const faults = list('faults', fault)
  .prefault([])
  .describe('what breaks at a time: crash, partition or loss of nodes, podCrash, controllersDown')
