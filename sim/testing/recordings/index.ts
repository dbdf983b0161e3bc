/** All known families of recordings. */
import { replayCaddy } from './caddy/pool.ts'
import { replayMaglev } from './cilium/maglev.ts'
import { replayCronJob } from './controllers/cron-job.ts'
import { replayDaemonPlacement, replayDaemonSet } from './controllers/daemon-set.ts'
import { replayDeployment } from './controllers/deployment.ts'
import { replayDisruption } from './controllers/disruption.ts'
import { replayJob } from './controllers/job.ts'
import { replayNodes } from './controllers/node-monitor.ts'
import { replayDeletion } from './controllers/replica-set-deletion.ts'
import { replayStatefulSet } from './controllers/stateful-set.ts'
import { replayTaintEviction } from './controllers/taint-eviction.ts'
import { replayProvisioning } from './karpenter/provisioning.ts'
import { replayEnvoy } from './envoy/cluster.ts'
import { replayGrpc } from './grpc/balancers.ts'
import { replayHaproxy } from './haproxy/backend.ts'
import { replayKpa } from './knative/kpa.ts'
import { replayCalculator, replayController } from './kube/hpa.ts'
import { replayNginx } from './nginx/upstream.ts'
import { replayTraefik } from './traefik/service.ts'
import { replayTower } from './tower/p2c.ts'
import { replayVpa } from './vpa/recommender.ts'
import { replayDecision, replaySequence } from './kube/schedule.ts'
import { replaySchedule } from './cron/schedule.ts'
import { replaySwarm } from './swarmkit/swarm.ts'
import { replayAll, type Recording, type Replay, type ReplayResult } from './recording.ts'

/** Families of kube-scheduler with one decision per case. */
const SINGLE_DECISIONS = [
  'resources',
  'taints-node-affinity',
  'spread-hard',
  'spread-soft',
  'spread-mixed',
  'spread-default',
  'pod-affinity',
  'ports-images',
  'mixed',
  'nominated',
  'preemption',
  'most-allocated',
  'requested-to-capacity-ratio',
  'least-allocated-weighted',
]

/** By schema (without its version) and family; `*` for a schema without families. */
const REPLAYS: ReadonlyMap<string, ReadonlyMap<string, Replay<never>>> = new Map([
  [
    'orchsim-controllers-oracle',
    new Map<string, Replay<never>>([
      ['deployment', replayDeployment],
      ['deployment-paused', replayDeployment],
      ['replicaset-deletion', replayDeletion],
      ['statefulset', replayStatefulSet],
      ['daemonset', replayDaemonSet],
      ['cronjob', replayCronJob],
      ['disruption', replayDisruption],
      ['job', replayJob],
      ['nodes', replayNodes],
      ['taint-eviction', replayTaintEviction],
      ['daemonset-placement', replayDaemonPlacement],
    ]),
  ],
  [
    'orchsim-kube-oracle',
    new Map<string, Replay<never>>([
      ['hpa-calculator', replayCalculator],
      ['hpa-controller', replayController],
      ...SINGLE_DECISIONS.map((family) => [family, replayDecision] as const),
      ['sequences', replaySequence],
    ]),
  ],
  ['orchsim-cron-oracle', new Map<string, Replay<never>>([['schedule', replaySchedule]])],
])

/** Files without a schema name the system that was recorded. By the start of that name; a replay knows all families of its system. */
const SYSTEMS: ReadonlyMap<string, Replay<never>> = new Map<string, Replay<never>>([
  ['Knative KPA', replayKpa],
  ['nginx', replayNginx],
  ['HAProxy', replayHaproxy],
  ['Traefik', replayTraefik],
  ['Caddy', replayCaddy],
  ['Envoy', replayEnvoy],
  ['Docker SwarmKit', replaySwarm],
  ['Karpenter', replayProvisioning],
  ['Cilium Maglev', replayMaglev],
  ['gRPC-Go', replayGrpc],
  ['VPA recommender', replayVpa],
  ['tower p2c', replayTower],
])

/** Names of the lists of cases in the files of different programs; the cases of all lists of a file are replayed. */
const LISTS = ['cases', 'calculations', 'series', 'sequences', 'histograms', 'containers']

/** Reads the text of a file of recordings. Throws an Error when it is none. */
export function parseRecording(text: string): Recording {
  const recording = JSON.parse(text) as Partial<Recording> & Readonly<Record<string, unknown>>
  const lists = LISTS.map((name) => recording[name]).filter((list): list is Recording['cases'] => Array.isArray(list))
  if (lists.length === 0) throw new Error(`the file holds no list of cases (${LISTS.join(', ')}); accepted: a file of recordings`)
  return { ...(recording as Recording), cases: lists.flat() }
}

/** Replays a recording. Throws an Error when its schema, family or system is not known. */
export function replayRecording(recording: Recording): ReplayResult {
  return replayAll(recording as Recording<never>, recording.system === undefined ? bySchema(recording) : bySystem(recording.system))
}

function bySystem(system: string): Replay<never> {
  for (const [name, replay] of SYSTEMS) if (system.startsWith(name)) return replay
  throw new Error(`system ${JSON.stringify(system)} is not known; accepted: ${[...SYSTEMS.keys()].join(', ')}`)
}

function bySchema({ schema, family }: Recording): Replay<never> {
  const name = (schema ?? '').split('/')[0]
  const families = REPLAYS.get(name)
  if (families === undefined) throw new Error(`schema ${JSON.stringify(schema)} is not known; accepted: ${[...REPLAYS.keys()].join(', ')}`)
  const replay = families.get(family) ?? families.get('*')
  if (replay === undefined)
    throw new Error(`family ${JSON.stringify(family)} of ${name} is not known; accepted: ${[...families.keys()].join(', ')}`)
  return replay
}
