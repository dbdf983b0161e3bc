/** Pods that start late, restart, or are refused: probes, hooks, priority classes. */
import { showDuration } from '../../../sim/index.ts'
import { SYSTEM_PRIORITIES } from '../defaults.ts'
import type { Drafts } from '../drafts.ts'
import type { Findings } from '../findings.ts'
import type { Container, ManifestWorkload } from '../model.ts'
import { at } from './report.ts'

/** Probes, hooks and priority classes of all templates. */
export function podChecks({ workloads, priorityClasses }: Drafts, findings: Findings): void {
  const known = [...Object.keys(SYSTEM_PRIORITIES), ...priorityClasses.map(({ name }) => name)]
  for (const workload of workloads) {
    const { containers, init, priorityClass, grace } = workload.template
    for (const container of [...init, ...containers]) {
      probes(workload, container, findings)
      const before = container.preStop?.duration ?? 0
      if (before >= grace && before > 0)
        findings.warn(
          at(workload, 'lifecycle.preStop', container.place),
          `found a preStop hook of ${showDuration(before)} with a grace of ${showDuration(grace)}; the container is killed before it can end its requests`,
        )
    }
    if (priorityClass !== '' && !known.includes(priorityClass) && workload.orchestrator === 'kubernetes')
      findings.warn(
        at(workload, 'priorityClassName'),
        `found the priority class ${priorityClass}, which is in no file; the API server refuses the pods where it does not exist, and priority 0 is used here`,
      )
  }
}

function probes(workload: ManifestWorkload, { place, ...container }: Container, findings: Findings): void {
  for (const name of ['readiness', 'liveness', 'startup'] as const) {
    const probe = container[name]
    if (probe === null) continue
    const where = at(workload, `${name}Probe`, place)
    // Docker and Marathon wait for the end of a check before the next interval begins.
    if (probe.period < probe.timeout && workload.orchestrator === 'kubernetes')
      findings.warn(
        where,
        `found a period of ${showDuration(probe.period)} shorter than the timeout of ${showDuration(probe.timeout)}; a probe that hangs delays the next ones`,
      )
    if (name !== 'readiness' && probe.successThreshold !== 1)
      findings.error(where, `found successThreshold ${probe.successThreshold}; accepted: 1 for liveness and startup probes`)
  }
}
