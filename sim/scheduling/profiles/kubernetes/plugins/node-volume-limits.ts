/** NodeVolumeLimits: a node takes a limited number of volumes of each CSI driver. Volumes that are attached already are not counted again. */
import { unschedulable, type Plugin } from '../plugin.ts'
import type { KubePod } from '../objects.ts'
import { claimNames, type Storage } from '../storage.ts'

export const nodeVolumeLimits: Plugin = {
  name: 'NodeVolumeLimits',
  preFilter: ({ pod }, { storage }) => {
    if (storage === null || claimNames(pod).length === 0) return null
    const wanted = attachments(pod, storage)
    return {
      filter: (node) => {
        const limits = storage.limitsOf(node.name)
        if (limits === undefined || wanted.size === 0) return null
        const attached = new Map(node.pods.flatMap((other) => [...attachments(other.pod, storage)]))
        const fresh = [...wanted].filter(([key]) => !attached.has(key)).map(([, driver]) => driver)
        const exceeded = fresh.some((driver) => {
          const limit = Object.hasOwn(limits, driver) ? limits[driver] : Infinity
          const held = [...attached.values()].filter((one) => one === driver).length
          return held + fresh.filter((one) => one === driver).length > limit
        })
        return exceeded ? unschedulable('node(s) exceed max volume count') : null
      },
    }
  },
}

/** Driver by volume; a claim without a volume will get one of its class. */
function attachments(pod: KubePod, storage: Storage): Map<string, string> {
  const drivers = new Map<string, string>()
  for (const claim of storage.claimsOf(pod)) {
    const volume = storage.volume(claim.volume)
    const driver = volume === undefined ? storage.classOf(claim)?.provisioner : volume.driver
    if (driver) drivers.set(`${driver} ${volume?.handle ?? `${claim.namespace}/${claim.name}`}`, driver)
  }
  return drivers
}
