/** References from services, ingresses and autoscalers to what they name. */
import type { Drafts } from '../drafts.ts'
import type { Findings } from '../findings.ts'
import type { Autoscaler, Ingress, ManifestService, ManifestWorkload } from '../model.ts'
import type { PodIndex } from '../pod-index.ts'
import { at, ByName, nameOf } from './report.ts'

/** Ports of services, backends of ingresses, targets of autoscalers. */
export function reachChecks({ workloads, services, ingresses, autoscalers }: Drafts, findings: Findings, pods: PodIndex): void {
  for (const service of services) targetPorts(service, findings, pods)
  const served = new ByName(services)
  for (const ingress of ingresses) backends(ingress, served, findings)
  const kinds = new Map(SCALABLE.map((kind) => [kind, new ByName(workloads.filter((one) => one.kind === kind))]))
  for (const autoscaler of autoscalers) target(autoscaler, kinds, findings)
  twice(autoscalers, findings)
}

function backends(ingress: Ingress, services: ByName<ManifestService>, findings: Findings): void {
  for (const { service: name, port, place } of ingress.routes) {
    if (name === '') continue
    const service = services.get(ingress.namespace, name)
    const where = at(ingress, 'spec.rules', place)
    if (service === undefined)
      findings.warn(
        where,
        `found the Service ${name}, which is in no file; its requests fail with 503${services.suggestion(ingress.namespace, name)}`,
      )
    else if (!service.ports.some((one) => one.port === port || one.name === port))
      findings.warn(where, `found port ${port}, but ${nameOf(service)} has ${portsText(service)}; its requests fail with 503`)
  }
}

const portsText = ({ ports }: ManifestService): string =>
  ports.map(({ name, port }) => (name === '' ? port : `${name} (${port})`)).join(', ') || 'none'

function targetPorts(service: ManifestService, findings: Findings, pods: PodIndex): void {
  const { selector } = service
  if (selector === null) return
  for (const workload of pods.withLabels(service.namespace, selector))
    for (const { targetPort, protocol, place } of service.ports) {
      const ports = [...workload.template.containers, ...workload.template.init].flatMap((container) => container.ports)
      const where = at(service, 'spec.ports.targetPort', place)
      // A container need not declare its ports, so that a number is right where none is declared.
      const found = ports.some((one) => (one.name === targetPort || one.port === targetPort) && one.protocol === protocol)
      const declared = ports.map(({ name, port }) => (name === '' ? String(port) : `${name} (${port})`)).join(', ') || 'none'
      if (!found && (typeof targetPort === 'string' || ports.length > 0))
        findings.warn(where, `found target port ${targetPort}/${protocol}, but the containers of ${nameOf(workload)} declare ${declared}`)
    }
}

const SCALABLE = ['Deployment', 'ReplicaSet', 'StatefulSet']

function target(autoscaler: Autoscaler, kinds: ReadonlyMap<string, ByName<ManifestWorkload>>, findings: Findings): void {
  const { kind, name } = autoscaler.target
  const { namespace } = autoscaler
  const where = at(autoscaler, 'spec.scaleTargetRef')
  const found = kinds.get(kind)?.get(namespace, name)
  if (!SCALABLE.includes(kind)) findings.warn(where, `found ${kind} ${name}, which is not scaled here; accepted: ${SCALABLE.join(', ')}`)
  else if (found === undefined)
    findings.warn(where, `found ${kind} ${name}, which is in no file; nothing is scaled${kinds.get(kind)!.suggestion(namespace, name)}`)
  for (const { type, name: resource, target: wanted } of autoscaler.metrics)
    if (found !== undefined && type === 'Resource' && wanted.type === 'Utilization' && !Object.hasOwn(found.template.requests, resource))
      findings.warn(where, `found utilization of ${resource}, but the pods of ${nameOf(found)} request none; the metric is never known`)
}

function twice(autoscalers: readonly Autoscaler[], findings: Findings): void {
  const seen = new Map<string, Autoscaler>()
  for (const autoscaler of autoscalers) {
    const key = `${autoscaler.namespace}/${autoscaler.target.kind}/${autoscaler.target.name}`
    const before = seen.get(key)
    if (before !== undefined)
      findings.warn(at(autoscaler, 'spec.scaleTargetRef'), `scales the target of ${nameOf(before)} too; neither acts while both exist`)
    seen.set(key, autoscaler)
  }
}
