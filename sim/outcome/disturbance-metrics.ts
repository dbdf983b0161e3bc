/** Metrics of drains, of recovery from failures and its parts, and of the requests that changes cost. */
import type { Time } from '../common/ids.ts'
import { partsOf, type RecoveryParts } from '../measure/disturbances.ts'
import type { ChangeMetricsRun } from './change-metrics.ts'
import type { RunMark } from './results.ts'
import { put, type Sheet } from './sheet.ts'

const SECOND = 1e6

/** Fills them when a workload has a controller; see change-rows.ts. */
export function disturbanceMetrics(run: ChangeMetricsRun, sheet: Sheet): void {
  const { orchestration } = run.input
  if (orchestration === undefined || orchestration.workloads.length === 0) return
  drainDuration(run, sheet)
  recovery(run, sheet)
  missesByChanges(run, sheet)
  errorBudget(run, sheet)
}

function drainDuration({ changes, times }: ChangeMetricsRun, sheet: Sheet): void {
  const drains = changes.disturbances.drains.filter(({ from }) => from >= times.windowStart)
  const unfinished = drains.filter(({ to }) => to === Infinity).length
  put(sheet, 'drain-duration', drains.reduce((sum, { from, to }) => sum + (to - from), 0) / drains.length / SECOND)
  if (unfinished > 0) sheet.refused['drain-duration'] = `${unfinished} of ${drains.length} drains did not finish`
}

function recovery({ changes, times }: ChangeMetricsRun, sheet: Sheet): void {
  const failures = changes.disturbances.failures.filter(({ from }) => from >= times.windowStart)
  if (failures.length === 0) return
  const ended = failures.filter(({ to }) => to < Infinity)
  put(sheet, 'failures-unrecovered', failures.length - ended.length)
  put(sheet, 'failure-recovery', ended.reduce((sum, { from, to }) => sum + (to - from), 0) / ended.length / SECOND)
  const parts = ended.map(partsOf)
  const mean = (part: keyof RecoveryParts): number => parts.reduce((sum, one) => sum + one[part], 0) / parts.length / SECOND
  put(sheet, 'failure-detection', mean('detection'))
  put(sheet, 'failure-eviction', mean('eviction'))
  put(sheet, 'failure-rescheduling', mean('rescheduling'))
  put(sheet, 'failure-start', mean('start'))
}

/** By second since the origin: 1 in a change window. */
function changeWindows({ changes, times }: ChangeMetricsRun): Uint8Array {
  const seconds = new Uint8Array(Math.ceil((times.end - times.origin) / SECOND) + 1)
  const { failures, drains, marks } = changes.disturbances
  const within = (from: Time, to: Time): void => {
    seconds.fill(1, Math.floor((from - times.origin) / SECOND), Math.floor((Math.min(to, times.end) - times.origin) / SECOND) + 1)
  }
  for (const { from, to } of [...failures, ...drains, ...changes.rollouts]) within(from, to)
  for (const { from, to } of marks) if (to !== undefined) within(from, to)
  return seconds
}

function missesByChanges(run: ChangeMetricsRun, sheet: Sheet): void {
  const { clients, times } = run
  const inside = changeWindows(run)
  const first = Math.ceil((times.windowStart - times.origin) / SECOND)
  if (clients.list.length === 0 || !inside.includes(1, first)) return
  let misses = 0
  for (const { ledger } of clients.list) {
    const arrived = [0, 0]
    const missed = [0, 0]
    for (let second = first; second < inside.length; second++) {
      arrived[inside[second]] += ledger.arrivedBetween(second, second + 1)
      missed[inside[second]] += ledger.missedBetween(second, second + 1)
    }
    if (arrived[0] === 0) {
      sheet.refused['misses-by-changes'] = 'no request arrived in the window outside of changes'
      return
    }
    misses += Math.max(0, missed[1] - (missed[0] / arrived[0]) * arrived[1])
  }
  put(sheet, 'misses-by-changes', misses)
}

function errorBudget({ clients }: ChangeMetricsRun, sheet: Sheet): void {
  const burnt = clients.list.flatMap(({ spec, ledger }) => {
    if (spec.objective === Infinity || ledger.windowArrived === 0 || spec.allowance === 0) return []
    const failed = ledger.failedBy.reduce((sum, count) => sum + count, 0)
    const missed = ledger.windowAnswered - ledger.good + failed + ledger.unfinishedLate
    return [missed / (spec.allowance * ledger.windowArrived)]
  })
  if (burnt.length > 0) put(sheet, 'error-budget', 100 * Math.max(...burnt))
}

/** The marks of a run for its charts. */
export function marksOf({ changes, times }: Pick<ChangeMetricsRun, 'changes' | 'times'>): RunMark[] {
  const seconds = (time: Time): number => (time - times.origin) / SECOND
  return changes.disturbances.marks.map(({ from, to, ...rest }): RunMark => ({
    ...rest,
    from: seconds(from),
    ...(to === undefined ? {} : { to: Math.min(seconds(to), seconds(times.end)) }),
  }))
}
