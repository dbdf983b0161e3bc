/** From the keys of containers in the file to the behavior of a version in a run. */
import type { ContainerBehavior, InitContainer, MemorySpec, Probes, ProbeSpec } from '../../sim/index.ts'
import { effectiveAmounts } from '../../workloads/index.ts'
import type { ServiceData } from './schema.ts'
import { imageOf } from './resolve-images.ts'
import { containerKeys } from './schema/containers.ts'

/** The keys of a service or a version that describe its containers. */
export type ContainerData = Partial<Pick<ServiceData, keyof typeof containerKeys>>

/** Names of these keys. */
export const CONTAINER_KEYS = Object.keys(containerKeys) as (keyof typeof containerKeys)[]

/** Whether a service says anything of its containers. */
export const hasContainerKeys = (given: ContainerData): boolean => CONTAINER_KEYS.some((key) => given[key] !== undefined)

type ProbeData = NonNullable<NonNullable<ContainerData['probes']>['liveness' | 'readiness']>

/** The behavior as the run has it; what is absent does not happen. */
export function containerBehavior(
  { probes, hangAfter, memoryUse, memoryLimit, initContainers, image }: ContainerData,
  named: { readonly service: string; readonly version: string },
): ContainerBehavior {
  return {
    ...(probes === undefined ? {} : { probes: probesOf(probes) }),
    ...(hangAfter === undefined ? {} : { hangAfter }),
    ...(memoryUse === undefined ? {} : { memory: memoryOf(memoryUse, memoryLimit) }),
    ...(image === undefined ? {} : { image: imageOf(image, named.service, named.version) }),
    ...(initContainers === undefined || initContainers.length === 0 ? {} : { init: initContainers.map(initOf) }),
  }
}

type InitData = NonNullable<ContainerData['initContainers']>[number]

const initOf = ({ name, sidecar, pull, time, failures }: InitData): InitContainer => ({ name, sidecar, pull, time, failures })

/** What a pod requests whose containers request `own`: sidecars are added, an init container counts where it needs more than they do. */
export function requestsOfPod(own: { readonly cpu: number; readonly memory: number }, init: readonly InitData[] = []): typeof own {
  const counted = init.map(({ cpu, memory, sidecar }) => ({ amounts: { cpu, memory }, sidecar }))
  const { cpu, memory } = effectiveAmounts([{ amounts: { cpu: own.cpu, memory: own.memory } }], counted)
  return { cpu, memory }
}

/** The file has the growth per minute. In a plan null stands for Infinity. */
const memoryOf = ({ base, perRequest, leak, max }: NonNullable<ContainerData['memoryUse']>, limit: number | undefined): MemorySpec => ({
  base,
  perRequest,
  leak: leak / 60,
  max: max ?? (null as never),
  limit: limit ?? (null as never),
})

function probesOf(given: NonNullable<ContainerData['probes']>): Probes {
  const made = (['startup', 'readiness', 'liveness'] as const).flatMap((name) => {
    const probe = given[name]
    return probe === undefined ? [] : [[name, probeOf(probe)] as const]
  })
  return Object.fromEntries(made)
}

function probeOf({ overlap: _, ...given }: ProbeData & { readonly grace?: number | undefined }): ProbeSpec {
  const { grace, ...rest } = { successThreshold: 1, ...given }
  return { ...rest, ...(grace === undefined ? {} : { grace }) }
}
