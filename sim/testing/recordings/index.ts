/** All known families of recordings. */
import { replayCronJob } from './controllers/cron-job.ts'
import { replayDaemonPlacement, replayDaemonSet } from './controllers/daemon-set.ts'
import { replayDeployment } from './controllers/deployment.ts'
import { replayDisruption } from './controllers/disruption.ts'
import { replayJob } from './controllers/job.ts'
import { replayNodes } from './controllers/node-monitor.ts'
import { replayDeletion } from './controllers/replica-set-deletion.ts'
import { replayStatefulSet } from './controllers/stateful-set.ts'
import { replayTaintEviction } from './controllers/taint-eviction.ts'
import { replayCalculator, replayController } from './kube/hpa.ts'
import { replaySchedule } from './cron/schedule.ts'
import { replayAll, type Recording, type Replay, type ReplayResult } from './recording.ts'

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
    ]),
  ],
  ['orchsim-cron-oracle', new Map<string, Replay<never>>([['schedule', replaySchedule]])],
])

/** Names of the list of cases in the files of different programs. */
const LISTS = ['cases', 'calculations', 'series', 'sequences']

/** Reads the text of a file of recordings. Throws an Error when it is none. */
export function parseRecording(text: string): Recording {
  const recording = JSON.parse(text) as Partial<Recording> & Readonly<Record<string, unknown>>
  const list = LISTS.find((name) => Array.isArray(recording[name]))
  if (list === undefined) throw new Error(`the file holds no list of cases (${LISTS.join(', ')}); accepted: a file of recordings`)
  return { ...(recording as Recording), cases: recording[list] as Recording['cases'] }
}

/** Replays a recording. Throws an Error when its schema or family is not known. */
export function replayRecording(recording: Recording): ReplayResult {
  const name = (recording.schema ?? '').split('/')[0]
  const families = REPLAYS.get(name)
  if (families === undefined)
    throw new Error(`schema ${JSON.stringify(recording.schema)} is not known; accepted: ${[...REPLAYS.keys()].join(', ')}`)
  const replay = families.get(recording.family) ?? families.get('*')
  if (replay === undefined)
    throw new Error(`family ${JSON.stringify(recording.family)} of ${name} is not known; accepted: ${[...families.keys()].join(', ')}`)
  return replayAll(recording as Recording<never>, replay)
}
