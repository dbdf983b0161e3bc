/** Quotas and priority classes of manifests as keys of the file, and what admission reads of their pods. */
import { outsideOf, type Manifests, type ManifestWorkload } from '../../../workloads/index.ts'
import { isMap } from '../quantities.ts'
import { countsPods } from '../schema/namespaces.ts'

type Raw = Record<string, unknown>

const written = (resource: string, amount: number): string | number => (/(?:^|\.)cpu$/.test(resource) ? `${amount}m` : amount)

/** The namespaces and classes of the file with those of the manifests; absent where neither has any. */
export function admissionOfFile({ quotas, limitRanges, priorityClasses }: Manifests, raw: Raw): Raw {
  const own = listOf(raw['namespaces'])
  const names = [...new Set([...quotas, ...limitRanges].map(({ namespace }) => namespace))]
  const added = names.map((name): Raw => {
    const items = quotas
      .filter(({ namespace }) => namespace === name)
      .map(({ name: quota, hard, scopes }) => {
        const counted = Object.entries(hard).filter(([resource]) => countsPods(resource))
        return { name: quota, hard: Object.fromEntries(counted.map(([key, value]) => [key, written(key, value)])), scopes }
      })
    const given = own.find((one) => isMap(one) && one['name'] === name)
    return isMap(given) ? { ...given, quotas: [...listOf(given['quotas']), ...items] } : { name, quotas: items }
  })
  const others = own.filter((one) => !isMap(one) || !names.includes(one['name'] as string))
  const classes = priorityClasses.map(({ name, value, isDefault, preemption }) => ({
    ...{ name, value: Math.min(value, 1_000_000_000), preemptionPolicy: preemption },
    // Pods of manifests have the class already; those of the file have it, too, unless the file has a default of its own.
    globalDefault: isDefault && !listOf(raw['priorityClasses']).some((one) => isMap(one) && one['globalDefault'] === true),
  }))
  return {
    ...(added.length === 0 ? {} : { namespaces: [...others, ...added] }),
    ...(classes.length === 0 ? {} : { priorityClasses: [...listOf(raw['priorityClasses']), ...classes] }),
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** Bounds of quotas on objects that a run does not count, a text for each. */
export const uncountedBounds = ({ quotas }: Manifests): string[] =>
  quotas.flatMap(({ namespace, name, hard }) =>
    Object.keys(hard).flatMap((resource) => (countsPods(resource) ? [] : [`${resource} of quota ${namespace}/${name}`])),
  )

/** `admission` and `priorityClass` of a pod; absent where its namespace has neither quotas nor limit ranges. */
export function admissionOfPod(workload: ManifestWorkload, manifests: Manifests): Raw {
  const { namespace, template } = workload
  const ofNamespace = (one: { readonly namespace: string }): boolean => one.namespace === namespace
  const ranges = manifests.limitRanges.filter(ofNamespace)
  const known =
    manifests.priorityClasses.some(({ name }) => name === template.priorityClass) || template.priorityClass.startsWith('system-')
  const classed = known ? { priorityClass: template.priorityClass } : {}
  if (ranges.length === 0 && !manifests.quotas.some(ofNamespace)) return classed
  const containers = [...template.containers, ...template.init]
  const unstated = (['requests', 'limits'] as const).flatMap((list) =>
    ['cpu', 'memory'].filter((name) => containers.some((one) => one[list][name] === undefined)).map((name) => `${list}.${name}`),
  )
  const further = (list: 'requests' | 'limits'): [string, string | number][] =>
    Object.entries(template[list])
      .filter(([name]) => list === 'limits' || (name !== 'cpu' && name !== 'memory'))
      .flatMap(([name, amount]) =>
        [`${list}.${name}`, ...(list === 'requests' ? [name] : [])].map((key): [string, string | number] => [key, written(name, amount)]),
      )
  const [outside] = ranges.flatMap(({ limits }) => limits).flatMap((item) => outsideOf(workload, item))
  return {
    ...classed,
    namespace,
    admission: {
      unstated,
      amounts: Object.fromEntries([...further('requests'), ...further('limits')]),
      bestEffort: template.qos === 'BestEffort',
      terminating: template.hasDeadline,
      ...(outside === undefined ? {} : { outside }),
    },
  }
}
