/** Small clusters for the tests of the profile. */
import { ClusterState } from './cluster.ts'
import type { KubeCluster, KubeNode, KubePod } from './objects.ts'
import { podInfo } from './pod-info.ts'
import { profileOf, type ProfileOptions } from './profile.ts'
import { KubeScheduler, type KubeDecision } from './scheduler.ts'

export const GIB = 1024 ** 3

/** A node with 10 cores and 10 GiB. */
export const node = (name: string, more: Partial<KubeNode> = {}): KubeNode => ({
  name,
  allocatable: { cpu: 10_000, memory: 10 * GIB, pods: 110 },
  ...more,
})

/** A pod of one container with these requests. */
export const pod = (name: string, requests: Readonly<Record<string, number>> = {}, more: Partial<KubePod> = {}): KubePod => ({
  name,
  namespace: 'default',
  containers: [{ name: 'c', requests }],
  ...more,
})

/** The decision about a pod, ties by the lowest index. */
export function decided(cluster: KubeCluster, subject: KubePod, options: ProfileOptions = {}): KubeDecision {
  return new KubeScheduler(profileOf(options), 'lowest index').decide(podInfo(subject), new ClusterState(cluster))
}

/** Raw scores of one plugin. */
export const rawOf = (decision: KubeDecision, plugin: string): readonly number[] | undefined => decision.scores?.raw.get(plugin)
