/** Objects, ports and classes that exist twice. */
import type { Drafts } from '../drafts.ts'
import type { Findings } from '../findings.ts'
import type { Container, ManifestService, ManifestWorkload, Named } from '../model.ts'
import { at, nameOf, placeText } from './report.ts'

/** Two objects of one kind and name; two uses of one port. */
export function duplicateChecks(drafts: Drafts, findings: Findings): void {
  const seen = new Map<string, Named>()
  const objects = Object.values(drafts).flat() as Named[]
  for (const object of objects) {
    const before = seen.get(nameOf(object))
    if (before === undefined) seen.set(nameOf(object), object)
    else
      findings.error(
        at(object, 'metadata.name'),
        `found a second ${nameOf(object)}, as at ${placeText(before.place)}; accepted: each name once`,
      )
  }
  for (const workload of drafts.workloads) containerPorts(workload, findings)
  for (const service of drafts.services) servicePorts(service, findings)
  nodePorts(drafts.services, findings)
}

/** Containers of a pod share its ports; init containers that end before the others start do not. */
function containerPorts(workload: ManifestWorkload, findings: Findings): void {
  const { containers, init, hostNetwork } = workload.template
  const names = new Map<string, Container>()
  for (const container of [...init, ...containers]) {
    if (names.has(container.name))
      findings.error(at(workload, '', container.place), `found a second container ${container.name}; accepted: each name once`)
    names.set(container.name, container)
  }
  const taken = new Map<string, Container>()
  const running = [...init.filter(({ sidecar }) => sidecar), ...containers]
  for (const container of running)
    for (const { port, protocol, hostPort, place } of container.ports) {
      const keys = [`port ${port}/${protocol}`, ...(hostPort === 0 || hostNetwork ? [] : [`host port ${hostPort}/${protocol}`])]
      const clashes = new Map<Container, string[]>()
      for (const key of keys) {
        const before = taken.get(key)
        if (before !== undefined) clashes.set(before, [...(clashes.get(before) ?? []), key])
        taken.set(key, container)
      }
      for (const [before, twice] of clashes) {
        const message = `found ${twice.join(' and ')} of container ${container.name} also in container ${before.name}; accepted: each port of a pod once`
        if (before === container && twice.every((key) => key.startsWith('port'))) findings.warn(at(workload, '', place), message)
        else findings.error(at(workload, '', place), message)
      }
    }
}

function servicePorts(service: ManifestService, findings: Findings): void {
  const taken = new Set<string>()
  for (const { name, port, protocol, place } of service.ports) {
    const keys = [`${port}/${protocol}`, ...(name === '' ? [] : [`the name ${name}`])]
    for (const key of keys) {
      if (taken.has(key)) findings.error(at(service, 'spec.ports', place), `found ${key} a second time; accepted: each port and name once`)
      taken.add(key)
    }
    if (name === '' && service.ports.length > 1)
      findings.error(at(service, 'spec.ports', place), 'found no name; accepted: a name on each of several ports')
  }
}

function nodePorts(services: readonly ManifestService[], findings: Findings): void {
  const taken = new Map<string, ManifestService>()
  for (const service of services)
    for (const { nodePort, protocol, place } of service.ports) {
      if (nodePort === 0) continue
      const key = `${nodePort}/${protocol}`
      const before = taken.get(key)
      if (before !== undefined)
        findings.error(
          at(service, 'spec.ports.nodePort', place),
          `found node port ${key}, which ${nameOf(before)} has; accepted: each node port once`,
        )
      taken.set(key, service)
    }
}
