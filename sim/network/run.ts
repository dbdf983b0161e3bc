/** The rest of a run, as the network sees it. */
import type { NodesView, PodsView } from '../cluster/views.ts'
import type { Chosen } from '../common/define.ts'
import type { Time } from '../common/ids.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { Streams } from '../random/stream.ts'
import type { Clients } from '../serving/clients.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { PodLimits } from '../serving/limits/pod-limits.ts'
import type { PodQueue } from '../serving/pod-queue.ts'
import type { Requests } from '../serving/requests.ts'
import type { Servers } from '../serving/servers.ts'
import type { Call, Service } from '../serving/spec.ts'
import type { BalancerDefinition } from '../slb/policy.ts'
import type { DeviceSpec } from './devices/spec.ts'
import type { KubeProxySpec } from './views/spec.ts'

/** What the network needs of the run. */
export interface NetworkRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly requests: Requests
  readonly servers: Servers
  readonly podQueue: PodQueue
  /** Null: no workload has an adaptive limit. */
  readonly limits: PodLimits | null
  readonly clients: Clients
  readonly shares: CpuShares
  readonly times: { readonly origin: Time }
  readonly cluster: { readonly view: { readonly nodes: NodesView; readonly pods: PodsView } }
  readonly input: {
    readonly pools: readonly { readonly templates: readonly { readonly zone: string }[] }[]
    readonly services: readonly Service[]
    readonly devices?: readonly DeviceSpec[]
    readonly kubeProxy?: KubeProxySpec
    readonly calls?: readonly Call[]
    /** Balancer instances per service. */
    readonly balancers: number
    readonly choices: { readonly slb: Chosen<BalancerDefinition> }
  }
}
