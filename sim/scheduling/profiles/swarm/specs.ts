/** Nodes and tasks of a Docker swarm, as its scheduler reads them. Amounts of CPU have the same unit in nodes and tasks (Docker: nano-CPUs). */

/** A node as it was described to the managers. */
export interface SwarmNodeSpec {
  readonly id: string
  readonly hostname: string
  readonly role: 'worker' | 'manager'
  readonly os: string
  readonly architecture: string
  readonly address: string
  readonly nodeLabels: Readonly<Record<string, string>>
  readonly engineLabels: Readonly<Record<string, string>>
  readonly availability: 'active' | 'pause' | 'drain'
  readonly state: 'ready' | 'down'
  readonly cpu: number
  readonly memory: number // bytes
  /** Generic resources: a count, or the names of a set that are claimed one by one. */
  readonly generic: Readonly<Record<string, number | readonly string[]>>
}

/** A placement constraint, `KEY == VALUE` or `KEY != VALUE`; all of a task must hold. */
export interface Constraint {
  readonly key: string
  readonly equal: boolean
  readonly value: string
}

/** The specification that all tasks of one version of a service share. */
export interface SwarmTaskSpec {
  readonly service: string
  /** Version of the service's specification. `null`: its tasks carry none, so each is placed singly. */
  readonly version: number | null
  /** Reservations: limits do not influence placement. */
  readonly cpu: number
  readonly memory: number // bytes
  readonly generic: Readonly<Record<string, number>>
  readonly constraints: readonly Constraint[]
  /** Labels over which tasks are spread, outermost first: `node.labels.KEY` or `engine.labels.KEY`. */
  readonly preferences: readonly string[]
  /** Highest number of active tasks of the service on a node; 0: no limit. */
  readonly maxReplicas: number
  readonly platforms: readonly { readonly os: string; readonly architecture: string }[]
  /** Ports published in host mode, as `protocol/port`. */
  readonly hostPorts: readonly string[]
}

/** Without reservations, constraints, preferences, limits, platforms and ports. */
export const PLAIN_TASK: Omit<SwarmTaskSpec, 'service' | 'version'> = {
  cpu: 0,
  memory: 0,
  generic: {},
  constraints: [],
  preferences: [],
  maxReplicas: 0,
  platforms: [],
  hostPorts: [],
}

const NODE_LABELS = 'node.labels.'
const ENGINE_LABELS = 'engine.labels.'

/**
 * The value of the label that `key` names, '' when the node has none; null when the key is none of `node.labels.KEY` and `engine.labels.KEY`.
 * The prefix is read without regard to case, the label is not.
 */
export function labelOf(node: SwarmNodeSpec, key: string): string | null {
  const read = (prefix: string, labels: Readonly<Record<string, string>>): string | null =>
    key.length > prefix.length && key.slice(0, prefix.length).toLowerCase() === prefix ? (labels[key.slice(prefix.length)] ?? '') : null
  return read(NODE_LABELS, node.nodeLabels) ?? read(ENGINE_LABELS, node.engineLabels)
}
