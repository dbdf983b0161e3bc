/** Types that a workload source delivers, by their former place. */
export type { PodShape, Toleration } from './cluster/spec.ts'
export type { JobsView, PodSource } from './controllers/spec.ts'
export type { RequestSource } from './serving/spec.ts'
