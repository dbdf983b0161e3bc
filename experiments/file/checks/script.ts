/** Actions and faults that would do nothing: after the horizon, or on nodes with labels that no node ever has. */
import { showDuration, type NodeTemplate, type Orchestration } from '../../../sim/index.ts'
import type { OrchestrationSpec } from '../orchestration-spec.ts'

type Scripted = Orchestration['actions'][number] | Orchestration['faults'][number]

/** A warning for each. */
export function scriptWarnings(orchestration: OrchestrationSpec | undefined, horizon: number, nodes: readonly NodeTemplate[]): string[] {
  if (orchestration === undefined) return []
  const { actions, faults } = orchestration as unknown as Orchestration
  const given = actions.flatMap((one) => ('kind' in one && one.kind === 'label' ? Object.entries(one.labels) : []))
  const has = ([key, value]: readonly [string, string]): boolean =>
    given.some(([other, set]) => other === key && set === value) || nodes.some(({ labels }) => labels[key] === value)
  const check = (list: string, all: readonly Scripted[]): string[] =>
    all.flatMap((one, row) => {
      const where = `${list}[${row}] (${one.kind})`
      const late = 'at' in one && typeof one.at === 'number' && one.at >= horizon
      if (late)
        return [`${where}: found at ${showDuration(one.at)}, which is not before the horizon of ${showDuration(horizon)}; it never happens`]
      const labels = 'nodes' in one ? one.nodes.labels : undefined
      const missing = Object.entries(labels ?? {}).find((label) => !has(label))
      return missing === undefined
        ? []
        : [`${where}: found the label ${missing.join(': ')}, which no node of any pool has; it does nothing`]
    })
  return [...check('actions', actions), ...check('faults', faults)]
}
