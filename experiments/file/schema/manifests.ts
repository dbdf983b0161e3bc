/** Manifests in the experiment file: the files, what no manifest says of their workloads, and the clients of their services. */
import { cpu, duration, flag, list, mapOf, memory, name, positiveTime, section, share, whole, words } from '../quantities.ts'
import type { LoadedFiles } from '../loaded-files.ts'
import { dns } from './access.ts'
import { usage } from './background.ts'
import { runOfPods } from './batch.ts'
import { containerKeys } from './containers.ts'
import { budget, controller, version } from './controllers.ts'
import { queue, threads } from './pod-queue.ts'
import { hedge } from './hedge.ts'
import { retries } from './retries.ts'
import { volumes } from './storage.ts'
import { traffic } from './traffic.ts'
import { ownBalancer, workOfRequest } from './work.ts'

export const manifests = list('files, folders or patterns such as shop/*.yaml', words())

const behaviorOf = (loaded: LoadedFiles) =>
  section('the behavior of a workload', {
    work: workOfRequest(loaded)
      .optional()
      .describe('what a request costs, as in services; default: exponential with a mean of 10ms of CPU'),
    threads: threads.optional().describe('requests a pod works on at once, as in services'),
    queue: queue.optional().describe('requests that may wait in a pod, as in services'),
    async: flag().optional().describe('a request gives its thread back while its calls are under way, as in services'),
    weight: whole({ min: 1, max: 1_000_000 }).optional().describe('what weighted balancers read'),
    slb: ownBalancer(loaded).describe('balancer of its service; default: the slb of the run'),
    dns: dns.optional().describe('clients pick pods by addresses from DNS, as in services'),
    objective: positiveTime().optional().describe('latency that counts as good, for services that only other services call'),
    allowance: share({ min: 0, max: 1 }).optional().describe('share of misses a minute may have'),
    pull: duration().optional().describe('image pull; default 20s'),
    start: duration().optional().describe('start of the process after the pull; default 5s'),
    ...runOfPods,
    usage: usage.optional().describe('CPU usage of pods that no requests reach, as in background'),
    replicas: whole({ min: 0, max: 1_000_000 }).optional().describe('replaces the replicas of the manifest'),
    cpu: cpu().optional().describe('replaces the CPU request of the pod'),
    limit: cpu().optional().describe('replaces the CPU limit of the pod'),
    memory: memory().optional().describe('replaces the memory request of the pod'),
    probe: duration().optional().describe('replaces the period of the readiness probe'),
    grace: duration().optional().describe('replaces terminationGracePeriodSeconds'),
    preStop: duration().optional().describe('how long a terminating pod still accepts; default: the sleep of its preStop hook, or 0'),
    controller: controller.optional().describe('replaces the controller of the manifest, as in services'),
    version: name().optional().describe('name of the version that the pods of the start run'),
    versions: list('versions', version).optional().describe('further versions, which actions roll out, as in services'),
    ...containerKeys,
    budget: budget.optional().describe('replaces the disruption budget of the manifests'),
    toleration: duration().optional().describe('replaces the tolerationSeconds of nodes that are not ready or unreachable'),
    volumes: volumes
      .optional()
      .describe('what the pods mount besides the volumes of the manifest, such as { emptyDir: 1Gi } where it gives no size'),
    scheduler: words()
      .optional()
      .describe('the scheduler that places the pods: default, the name of one of schedulers, or none: they stay pending'),
  })

/** What manifests do not say, by workload. */
export const behavior = (loaded: LoadedFiles) =>
  mapOf('a map from workloads (web, shop/web, or labels such as app=web) to their behavior', behaviorOf(loaded))

const client = section('a client', {
  to: words().describe('the Service (web, or shop/web), or host and path of an Ingress (shop.example/cart)'),
  traffic: traffic.describe('how requests arrive, as in services'),
  objective: positiveTime().optional().describe('latency that counts as good, as in services'),
  allowance: share({ min: 0, max: 1 }).optional().describe('share of misses a minute may have, as in services'),
  timeout: duration().optional().describe('timeout per try, as in services'),
  cancel: flag().optional().describe('a timeout cancels the work in the pod, as in services'),
  retries: retries.optional(),
  hedge: hedge.optional().describe('copies of requests that are not answered soon, as in services'),
  networkDelay: duration().optional().describe('one way client to pod, as in services'),
})

export const clients = list('clients', client)
