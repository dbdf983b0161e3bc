/** Selectors against the pods that they are meant for, and those of their neighbours. */
import type { Drafts } from '../drafts.ts'
import type { Findings } from '../findings.ts'
import { hasLabels, matches, selected } from '../matching.ts'
import type { ManifestWorkload, Selector } from '../model.ts'
import { at, nameOf } from './report.ts'

/** Selectors of workloads and services. */
export function selectorChecks({ workloads, services }: Drafts, findings: Findings): void {
  for (const workload of workloads) {
    const { selector, template } = workload
    if (selector === null) continue
    const empty = Object.keys(selector.labels).length + selector.expressions.length === 0
    if (!empty && !matches(selector, template.labels))
      findings.error(
        at(workload, 'spec.selector'),
        `found ${selectorText(selector)}, which the template with ${labelsText(template.labels)} does not match; accepted: a selector of the template's own labels`,
      )
    for (const other of neighbours(workload, workloads))
      findings.warn(
        at(workload, 'spec.selector'),
        `selects pods of ${nameOf(other)} too, with ${selectorText(selector)}; both would count and delete the same pods`,
      )
  }
  for (const service of services) {
    const { selector, type } = service
    if (selector === null || type === 'ExternalName') continue
    const found = selected(workloads, service.namespace, (labels) => hasLabels(selector, labels))
    if (found.length === 0)
      findings.warn(
        at(service, 'spec.selector'),
        `selects no pods, with ${labelsText(selector)}; its requests fail${near(selector, service.namespace, workloads)}`,
      )
    if (new Set(found.map(appOf)).size > 1)
      findings.warn(at(service, 'spec.selector'), `selects the pods of ${found.map(nameOf).join(' and ')}, with ${labelsText(selector)}`)
  }
}

/** Other workloads of the same namespace whose pods the selector matches. */
function neighbours(workload: ManifestWorkload, workloads: readonly ManifestWorkload[]): ManifestWorkload[] {
  return selected(workloads, workload.namespace, (labels) => matches(workload.selector, labels)).filter(
    (other) => other !== workload && other.selector !== null,
  )
}

/** Workloads with equal labels are versions of one application, between which a Service divides requests on purpose. */
const appOf = ({ template }: ManifestWorkload): string =>
  template.labels['app.kubernetes.io/name'] ?? template.labels['app'] ?? JSON.stringify(template.labels)

/** The workload that has most of the labels. */
function near(selector: Readonly<Record<string, string>>, namespace: string, workloads: readonly ManifestWorkload[]): string {
  const shared = (one: ManifestWorkload): number =>
    Object.entries(selector).filter(([key, value]) => one.template.labels[key] === value).length
  const [best] = workloads.filter((one) => one.namespace === namespace && shared(one) > 0).sort((a, b) => shared(b) - shared(a))
  if (best !== undefined) return `; ${nameOf(best)} has ${labelsText(best.template.labels)}`
  const elsewhere = workloads.find(({ template }) => hasLabels(selector, template.labels))
  return elsewhere === undefined ? '' : `; ${nameOf(elsewhere)} has them in another namespace`
}

/** `{ app: web, tier: front }` */
export const labelsText = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}: ${value}`)
  return pairs.length === 0 ? 'no labels' : `{ ${pairs.join(', ')} }`
}

function selectorText({ labels, expressions }: Selector): string {
  const more = expressions.map(({ key, operator, values }) => `${key} ${operator} ${values.join(', ')}`.trim())
  return [...(Object.keys(labels).length > 0 || more.length === 0 ? [labelsText(labels)] : []), ...more].join(' and ')
}
