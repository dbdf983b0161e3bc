/** What drivers mean for the nodes of a run: how many of their volumes a node takes is a resource of the node. */
import type { NodeTemplate } from '../../cluster/spec.ts'
import type { Pool } from '../spec.ts'
import { attachments, type Storage } from './spec.ts'

/** The pools with the limits of all drivers as resources of their nodes. */
export function withAttachLimits(pools: readonly Pool[], { drivers }: Storage): readonly Pool[] {
  const limited = drivers.filter(({ attachLimit }) => attachLimit !== Infinity)
  if (limited.length === 0) return pools
  const limits = Object.fromEntries(limited.map((driver) => [attachments(driver), driver.attachLimit]))
  const limitedOf = (template: NodeTemplate): NodeTemplate => ({ ...template, resources: { ...limits, ...template.resources } })
  return pools.map((pool) => ({ ...pool, templates: pool.templates.map(limitedOf) }))
}
