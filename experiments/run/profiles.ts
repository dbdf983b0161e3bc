/** Pods that name a profile of the scheduler's configuration carry its name. */
import type { Batch, PodShape, PodSource } from '../../sim/index.ts'

interface Shaped {
  readonly shape: PodShape
}

/** The same with the profile in the shape of its pods; without a profile unchanged. */
export const inProfile = <T extends Shaped>(one: T, profile: string | undefined): T =>
  profile === undefined ? one : { ...one, shape: { ...one.shape, rules: { ...one.shape.rules, schedulerName: profile } } }

/** Jobs and CronJobs likewise. */
export const inProfiles = (batch: Batch): Batch => ({
  ...batch,
  workloads: batch.workloads.map((workload) => ({
    ...workload,
    versions: workload.versions.map((version) => inProfile(version, (workload as { readonly profile?: string }).profile)),
  })),
})

/** A source of pods whose shapes name the profile. Shapes may be added while it is read. */
export function podsOf(source: PodSource, profile: string | undefined): PodSource {
  if (profile === undefined) return source
  const named: PodShape[] = []
  const shapes = (): readonly PodShape[] => {
    for (const shape of source.shapes.slice(named.length)) named.push(inProfile({ shape }, profile).shape)
    return named
  }
  return new Proxy(source, {
    get: (target, key) => {
      if (key === 'shapes') return shapes()
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
