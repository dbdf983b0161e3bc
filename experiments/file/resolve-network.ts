/** Paths of services with the rows of their devices. */
import { suggestion, type Service } from '../../sim/index.ts'
import { issuesAt } from './checks/issues.ts'
import type { Issue } from './document.ts'
import type { ScenarioData } from './schema.ts'

/** Devices on a path: as many as a flow has places for. */
const MAX_TIERS = 4

/** By service; adds issues for devices that do not exist, and for services whose lost requests would never end. */
export function resolvePaths({ network, workload }: ScenarioData, issues: Issue[]): readonly Pick<Service, 'path'>[] {
  const devices = network?.devices ?? []
  const names = devices.map(({ name }) => name)
  devices.forEach(({ count, failures }, i) =>
    failures.forEach(({ instance }, k) => {
      if (instance >= count)
        issues.push({
          path: ['network', 'devices', i, 'failures', k, 'instance'],
          message: `found ${instance}; accepted: less than the count of ${count}`,
        })
    }),
  )
  return workload.services.map(({ path, timeout }, i): Pick<Service, 'path'> => {
    if (path === undefined) return {}
    const { all, refuse } = issuesAt('workload', 'services', i)
    const count = path.devices.length
    refuse(count === 0 || count > MAX_TIERS, ['path', 'devices'], `found ${count} names; accepted: one to ${MAX_TIERS}`)
    path.devices.forEach((name, k) =>
      refuse(
        !names.includes(name),
        ['path', 'devices', k],
        `found the unknown network device "${name}"; accepted: ${names.join(', ') || 'a name of network.devices, which is empty'}${suggestion(name, names)}`,
      ),
    )
    refuse(timeout === 0, ['timeout'], 'found none, on a service whose requests may be lost in a network device; accepted: a timeout')
    issues.push(...all)
    return { path: { ...path, devices: path.devices.map((name) => names.indexOf(name)) } }
  })
}
