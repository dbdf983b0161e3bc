/** Probes of manifests as the file writes them: those of the first container, which serves the requests. */
import type { ManifestWorkload, Probe } from '../../../workloads/index.ts'

type Raw = Record<string, unknown>

const time = (microseconds: number): string => `${microseconds}us`

/** `probes` of a service, or `probe: 0` where no container has one. */
export function probesOf({ template }: ManifestWorkload): Raw {
  const [{ startup, readiness, liveness }] = template.containers
  const given = Object.entries({ startup, readiness, liveness }).filter((entry): entry is [string, Probe] => entry[1] !== null)
  if (given.length === 0) return { probe: 0 }
  return { probes: Object.fromEntries(given.map(([name, probe]) => [name, probeOf(name, probe)])) }
}

/** Whether further containers have probes, too, which a run does not make. */
export const hasOtherProbes = ({ template }: ManifestWorkload): boolean =>
  template.containers.slice(1).some(({ startup, readiness, liveness }) => startup !== null || readiness !== null || liveness !== null)

function probeOf(name: string, { action, initialDelay, period, timeout, successThreshold, failureThreshold, grace }: Probe): Raw {
  return {
    initialDelay: time(initialDelay),
    period: time(period),
    timeout: time(timeout),
    failureThreshold,
    ...(timeout > period ? { overlap: true } : {}),
    ...(name === 'readiness' ? { successThreshold } : grace === null ? {} : { grace: time(grace) }),
    // The kernel answers a connection, and a command runs, without a thread of the server.
    answer: action === 'httpGet' || action === 'grpc' ? { work: '1ms' } : { time: 0 },
  }
}
