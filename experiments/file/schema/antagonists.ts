/** Antagonists in the experiment file: load of other tenants of a node at times. */
import type { z } from 'zod'
import { cpu, name, section, whole } from '../quantities.ts'
import { distribution } from './distribution.ts'

/** An item of the list. */
export const antagonist = section('an antagonist', {
  name: name().describe('unique name'),
  pool: name().optional().describe('on the nodes of this pool; default: on all nodes'),
  count: whole({ min: 1, max: 1000 }).prefault(1).describe('of them on each node, each by itself'),
  cpu: cpu().describe('CPU that it demands while it is on'),
  weight: cpu().optional().describe('weight under contention, as the CPU request of a pod; default: what it demands'),
  on: distribution().describe('how long it is on'),
  off: distribution().describe('how long it is off'),
})

/** An item of the list, parsed. */
export type AntagonistData = z.infer<typeof antagonist>
