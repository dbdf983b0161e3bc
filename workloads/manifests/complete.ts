/** What follows from several objects: limit ranges fill in requests and limits, priority classes give priorities. */
import { SYSTEM_PRIORITIES } from './defaults.ts'
import type { Drafts } from './drafts.ts'
import type { Amounts, Container, LimitRangeItem, ManifestWorkload, PodTemplate, PriorityClass } from './model.ts'
import { totalsOf } from './pod-totals.ts'
import { filled } from './quantities.ts'

/** Completes the templates of all workloads. */
export function complete(drafts: Drafts): void {
  const defaultClass = drafts.priorityClasses.find(({ isDefault }) => isDefault)
  drafts.workloads = drafts.workloads.map((workload) => {
    const ranges = drafts.limitRanges.filter(({ namespace }) => namespace === workload.namespace)
    const items = ranges.flatMap(({ limits }) => limits).filter(({ type }) => type === 'Container')
    const template = items.reduce(withDefaults, workload.template)
    return { ...workload, template: { ...template, ...priorityOf(workload, drafts.priorityClasses, defaultClass) } }
  })
}

/** Requests and limits that are absent, filled in by admission from a limit range. */
function withDefaults(template: PodTemplate, { defaults, defaultRequests }: LimitRangeItem): PodTemplate {
  const apply = (container: Container): Container => {
    const limits: Amounts = filled(container.limits, defaults)
    return { ...container, limits, requests: filled(container.requests, defaultRequests) }
  }
  const parts = { ...template, containers: template.containers.map(apply), init: template.init.map(apply) }
  return { ...parts, ...totalsOf(parts) }
}

function priorityOf(
  { template }: ManifestWorkload,
  classes: readonly PriorityClass[],
  defaultClass: PriorityClass | undefined,
): Pick<PodTemplate, 'priority' | 'preemption' | 'priorityClass'> {
  const { priorityClass, priority, preemption } = template
  if (Object.hasOwn(SYSTEM_PRIORITIES, priorityClass)) return { priority: SYSTEM_PRIORITIES[priorityClass], preemption, priorityClass }
  const named = priorityClass === '' ? defaultClass : classes.find(({ name }) => name === priorityClass)
  if (named === undefined) return { priority, preemption, priorityClass }
  return { priority: named.value, preemption: named.preemption, priorityClass: named.name }
}
