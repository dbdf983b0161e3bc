/** The objects of all files while they are read. */
import type { Manifests } from './model.ts'

/** Lists that are filled object by object. */
export type Drafts = { -readonly [Key in Exclude<keyof Manifests, 'ignored'>]: Manifests[Key][number][] }

/** Empty lists. */
export const emptyDrafts = (): Drafts => ({
  workloads: [],
  services: [],
  ingresses: [],
  autoscalers: [],
  budgets: [],
  priorityClasses: [],
  quotas: [],
  limitRanges: [],
  volumes: [],
  claims: [],
  storageClasses: [],
  configs: [],
  namespaces: [],
  nodes: [],
})
