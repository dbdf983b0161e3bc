/** The control plane of the file: requests to the API server, and leases. */
import { LEADER_ELECTION, type SimulationInput } from '../../sim/index.ts'
import type { Issue } from './document.ts'
import type { ScenarioData } from './schema.ts'

/** What a run says about it; keys whose values are those of a run without them are left out. */
export type ControlPlaneSpec = Pick<SimulationInput, 'apiClients' | 'apiServer' | 'leaderElection'>

/** A candidate's wait between two tries is longer than the period by up to this factor. */
const JITTER = 1.2

/** Adds an issue for what would change nothing, and for leases that the components refuse. */
export function resolveControlPlane({ controlPlane, faults }: ScenarioData, issues: Issue[]): ControlPlaneSpec {
  const { clients, apiServer, leaderElection } = controlPlane
  const { lease, renewDeadline, retry } = leaderElection
  const seconds = (time: number): string => `${time / 1e6}s`
  if (lease <= renewDeadline)
    issues.push({
      path: ['controlPlane', 'leaderElection', 'lease'],
      message: `found ${seconds(lease)} with a renewDeadline of ${seconds(renewDeadline)}; accepted: a lease that is longer than it`,
    })
  if (renewDeadline <= JITTER * retry)
    issues.push({
      path: ['controlPlane', 'leaderElection', 'renewDeadline'],
      message: `found ${seconds(renewDeadline)} with a retry of ${seconds(retry)}; accepted: more than ${JITTER} times the retry`,
    })
  faults.forEach(({ kind, key }, i) => {
    if (apiServer === null && (kind === 'api-server-slow' || kind === 'api-server-load'))
      issues.push({
        path: ['faults', i, key],
        message: `found ${key} with an API server that answers at once, which would change nothing; accepted: controlPlane: { apiServer: kubernetes }`,
      })
  })
  const isDefault = Object.entries(LEADER_ELECTION).every(([key, value]) => leaderElection[key as keyof typeof LEADER_ELECTION] === value)
  return {
    ...(clients === null ? {} : { apiClients: clients }),
    ...(apiServer === null ? {} : { apiServer }),
    ...(isDefault ? {} : { leaderElection }),
  }
}
