/** Fills the metrics of changes and failures (change-rows.ts). */
import type { Time } from '../common/ids.ts'
import type { Orchestration } from '../controllers/orchestration/spec.ts'
import { EndReason } from '../controllers/owners.ts'
import type { ChangeRecorder } from '../measure/change-recorder.ts'
import type { PressureRecorder } from '../measure/pressure-recorder.ts'
import type { Clients } from '../serving/clients.ts'
import { put, type Sheet } from './sheet.ts'

const SECOND = 1e6

/** What the metrics of changes are made from. */
export interface ChangeMetricsRun {
  readonly changes: ChangeRecorder
  readonly pressure: PressureRecorder
  readonly clients: Pick<Clients, 'list'>
  readonly times: { readonly origin: Time; readonly windowStart: Time; readonly end: Time }
  readonly input: { readonly orchestration?: Orchestration }
}

/** Nothing is filled when no workload has a controller. */
export function changeMetrics(run: ChangeMetricsRun, now: Time, sheet: Sheet): void {
  const { changes, input } = run
  const { orchestration } = input
  if (orchestration === undefined || orchestration.workloads.length === 0) return
  let missing = 0
  let worst = 1
  for (const { workload } of orchestration.workloads) {
    const integrals = changes.integrals(workload, now)
    missing += integrals.missing
    if (integrals.wanted > 0) worst = Math.min(worst, 1 - integrals.missing / integrals.wanted)
  }
  put(sheet, 'availability', 100 * worst)
  put(sheet, 'unavailable', missing / SECOND)
  const { rollouts } = changes
  const finished = rollouts.filter(({ to }) => to < Infinity)
  const unfinished = rollouts.length - finished.length
  put(sheet, 'rollouts-unfinished', unfinished)
  put(sheet, 'rollout-duration', finished.reduce((sum, { from, to }) => sum + (to - from), 0) / finished.length / SECOND)
  if (unfinished > 0) {
    sheet.metrics['rollout-duration'] = null
    sheet.refused['rollout-duration'] = `${unfinished} of ${rollouts.length} rollouts did not finish`
  }
  put(sheet, 'container-restarts', changes.restarts)
  if (orchestration.workloads.some(({ versions }) => versions.some(({ memory }) => memory !== undefined)))
    put(sheet, 'oom-kills', changes.oomKills)
  if (orchestration.workloads.some(({ versions }) => versions.some(({ probes }) => probes !== undefined))) {
    put(sheet, 'probe-kills', changes.kills)
    put(sheet, 'probe-removals', changes.removals)
  }
  put(
    sheet,
    'evictions',
    changes.evictions.reduce<number>((sum, count) => sum + (count ?? 0), 0),
  )
  put(sheet, 'evictions-refused', changes.refusals)
  if (orchestration.eviction !== undefined) {
    put(sheet, 'evictions-pressure', changes.evictions[EndReason.Pressure] ?? 0)
    put(sheet, 'memory-pressure', run.pressure.nodes.integral(now) / SECOND)
    put(sheet, 'node-oom-kills', run.pressure.kills)
  }
}
