/** Selectors against the pods that they are meant for, and those of their neighbours. */
import type { Drafts } from '../drafts.ts'
import type { Findings } from '../findings.ts'
import { matches } from '../matching.ts'
import type { ManifestWorkload, Selector } from '../model.ts'
import type { PodIndex } from '../pod-index.ts'
import { at, enumeration, labelsText, nameOf } from './report.ts'

/** Neighbours that a message names. */
const NAMED = 3

/** Selectors of workloads and services. */
export function selectorChecks({ workloads, services }: Drafts, findings: Findings, pods: PodIndex): void {
  for (const workload of workloads) {
    const { selector, template } = workload
    if (selector === null) continue
    const empty = Object.keys(selector.labels).length + selector.expressions.length === 0
    if (!empty && !matches(selector, template.labels))
      findings.error(
        at(workload, 'spec.selector'),
        `found ${selectorText(selector)}, which the template with ${labelsText(template.labels)} does not match; accepted: a selector of the template's own labels`,
      )
    neighbours(workload, findings, pods)
  }
  for (const service of services) {
    const { selector, type, namespace } = service
    if (selector === null || type === 'ExternalName') continue
    const found = pods.withLabels(namespace, selector)
    if (found.length === 0)
      findings.warn(
        at(service, 'spec.selector'),
        `selects no pods, with ${labelsText(selector)}; its requests fail${pods.near(namespace, selector)}`,
      )
    if (new Set(found.map(appOf)).size > 1)
      findings.warn(
        at(service, 'spec.selector'),
        `selects the pods of ${enumeration(found.map(nameOf), NAMED)}, with ${labelsText(selector)}`,
      )
  }
}

/**
 * Pods of others that the selector matches. A controller counts and deletes the pods that it owns, and adopts those without an owner;
 * autoscalers and disruption budgets count whatever the labels match.
 */
function neighbours(workload: ManifestWorkload, findings: Findings, pods: PodIndex): void {
  const found = pods.neighbours(workload, NAMED + 1)
  const where = at(workload, 'spec.selector')
  const owned = found.filter(({ selector }) => selector !== null)
  const alone = found.filter(({ kind }) => kind === 'Pod')
  if (owned.length > 0)
    findings.warn(
      where,
      `selects pods of ${named(owned)} too, with ${selectorText(workload.selector!)}; controllers keep to the pods that they own, but autoscalers and budgets count both`,
    )
  if (alone.length > 0)
    findings.warn(
      where,
      `selects ${named(alone)}, which no controller owns, with ${selectorText(workload.selector!)}; the controller adopts it as one of its replicas`,
    )
}

const named = (found: readonly ManifestWorkload[]): string =>
  found.length > NAMED ? `${found.slice(0, NAMED).map(nameOf).join(', ')} and others` : enumeration(found.map(nameOf), NAMED)

/** Workloads with equal labels are versions of one application, between which a Service divides requests on purpose. */
const appOf = ({ template }: ManifestWorkload): string =>
  template.labels['app.kubernetes.io/name'] ?? template.labels['app'] ?? JSON.stringify(template.labels)

function selectorText({ labels, expressions }: Selector): string {
  const more = expressions.map(({ key, operator, values }) => `${key} ${operator} ${values.join(', ')}`.trim())
  return [...(Object.keys(labels).length > 0 || more.length === 0 ? [labelsText(labels)] : []), ...more].join(' and ')
}
