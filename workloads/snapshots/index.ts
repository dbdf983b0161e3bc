/** Snapshots of clusters: files in, objects of the scheduler and the state in which a run begins out. */
export { groupsOf, hasDevices, templatesOf } from './groups.ts'
export { podsOfService, presentOf } from './present.ts'
export { readSnapshot, snapshotOnce, SNAPSHOT_KINDS } from './read.ts'
export { shapeOf as shapeOfPod } from './shapes.ts'
export { runWarnings } from './warnings.ts'
export type { PendingPod, Snapshot } from './snapshot.ts'
