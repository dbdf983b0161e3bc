/** Snapshots of clusters: files in, objects of the scheduler out. */
export { readSnapshot, SNAPSHOT_KINDS } from './read.ts'
export type { PendingPod, Snapshot } from './snapshot.ts'
