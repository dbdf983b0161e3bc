/** Ways of reaching a service through many views of its endpoints: kube-proxy on each node, and DNS. */
import type { Chosen } from '../../common/define.ts'
import type { Time } from '../../common/ids.ts'
import type { BalancerDefinition } from '../../slb/policy.ts'

/** The kube-proxy of every node. */
export interface KubeProxySpec {
  /** Scheduler of the kernel's virtual servers; absent: iptables or nftables, which draw any endpoint. */
  readonly ipvs?: Chosen<BalancerDefinition>
  /** From the end of a sync until the next may begin. */
  readonly minSync: Time
  /** How long a sync takes; its rules hold from its end. */
  readonly sync: Time
  /** A node is notified of a change after a constant time, uniform between 0 and this. */
  readonly watch: Time
  /** Longer way to a pod of another zone, and through another node than the pod's; one way. */
  readonly zoneDelay: Time
  readonly hop: Time
}
