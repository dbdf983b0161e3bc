/** VolumeRestrictions: a claim with the access mode ReadWriteOncePod is mounted by one pod at a time. Restrictions of volumes without CSI are left out. */
import { unresolvable, unschedulable, type FilterRun, type Plugin } from '../plugin.ts'
import type { ClusterState } from '../cluster.ts'
import type { PodInfo } from '../pod-info.ts'
import { isSet } from '../cluster.ts'
import type { KubePod } from '../objects.ts'
import { notFound } from '../storage.ts'

/** Claims that the pod names; those of ephemeral volumes belong to one pod anyway. */
const namedClaims = ({ volumes }: KubePod): string[] =>
  (volumes ?? []).flatMap(({ claim, ephemeral }) => (isSet(claim) && ephemeral !== true ? [claim] : []))

export const volumeRestrictions: Plugin = {
  name: 'VolumeRestrictions',
  preFilter: (info, cluster) => {
    const { storage } = cluster
    if (storage === null) return null
    const { pod } = info
    const exclusive = new Set<string>()
    for (const name of namedClaims(pod)) {
      const claim = storage.claim(pod.namespace, name)
      if (claim === undefined) return unresolvable(notFound(name))
      if (claim.accessModes?.includes('ReadWriteOncePod') === true) exclusive.add(name)
    }
    const run = new ExclusiveClaims(info, cluster, exclusive)
    return run.users === 0 ? null : run
  },
}

class ExclusiveClaims implements FilterRun {
  /** Mounts of the pod's exclusive claims by other pods. */
  users = 0
  private readonly namespace: string
  private readonly claims: ReadonlySet<string>

  constructor({ pod }: PodInfo, cluster: ClusterState, claims: ReadonlySet<string>) {
    this.namespace = pod.namespace
    this.claims = claims
    if (claims.size > 0) for (const node of cluster.nodes) for (const other of node.pods) this.changed(other, node, 1)
  }

  changed({ pod }: PodInfo, _node: unknown, by: 1 | -1): void {
    if (pod.namespace !== this.namespace) return
    this.users += by * namedClaims(pod).filter((name) => this.claims.has(name)).length
  }

  filter(): ReturnType<FilterRun['filter']> {
    return this.users > 0
      ? unschedulable('node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode')
      : null
  }
}
