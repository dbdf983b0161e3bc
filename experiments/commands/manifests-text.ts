/** Manifests as tables for the terminal. */
import { plainText } from '../../reports/index.ts'
import { showCpu, showMemory } from '../../sim/index.ts'
import type { Ignored, Manifests, ManifestService, ManifestWorkload } from '../../workloads/index.ts'

/** Tables of workloads, services and autoscalers, and what is not simulated. */
export function manifestsText(manifests: Manifests): string {
  const { workloads, services, ignored } = manifests
  const lines = [
    ...table(
      'workloads',
      ['workload', 'kind', 'replicas', 'cpu', 'memory', 'other', 'QoS', 'services', 'autoscaler', 'budget'],
      workloads.map((one) => workloadRow(one, manifests)),
    ),
    ...table(
      'services',
      ['service', 'type', 'ports', 'pods of', 'from outside'],
      services.map((one) => serviceRow(one, manifests)),
    ),
    ...others(manifests),
    ...ignoredLines(
      'not simulated, and would matter',
      ignored.filter(({ matters }) => matters),
    ),
    ...ignoredLines(
      'not read, without effect',
      ignored.filter(({ matters }) => !matters),
    ),
  ]
  return `${lines.join('\n').trim()}\n`
}

const nameOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string => `${namespace}/${name}`

/** Whether all labels of a selector are among those of the pods. */
const selects = (selector: Readonly<Record<string, string>> | null, { template }: ManifestWorkload): boolean =>
  selector !== null && Object.entries(selector).every(([key, value]) => template.labels[key] === value)

function workloadRow(workload: ManifestWorkload, { services, autoscalers, budgets }: Manifests): string[] {
  const { template, namespace, kind, name } = workload
  const { cpu = 0, memory = 0, ...other } = template.requests
  const own = <T extends { readonly namespace: string }>(all: readonly T[]): T[] => all.filter((one) => one.namespace === namespace)
  const scaled = own(autoscalers).find(({ target }) => target.kind === kind && target.name === name)
  return [
    nameOf(workload),
    kindText(workload),
    replicasText(workload),
    showCpu(cpu),
    showMemory(memory),
    Object.entries(other)
      .map(([key, amount]) => `${key}: ${amount}`)
      .join(', '),
    template.qos,
    own(services)
      .filter(({ selector }) => selects(selector, workload))
      .map((one) => one.name)
      .join(', '),
    scaled === undefined ? '' : `${scaled.min} to ${scaled.max}`,
    own(budgets)
      .filter(({ selector }) => selector !== null && selector.expressions.length === 0 && selects(selector.labels, workload))
      .map((one) => one.name)
      .join(', '),
  ]
}

/** The kind with what its rollout does. */
function kindText({ kind, controller }: ManifestWorkload): string {
  switch (controller.kind) {
    case 'Deployment':
      return controller.strategy.type === 'Recreate'
        ? `${kind}, Recreate`
        : `${kind}, surge ${controller.strategy.maxSurge}, unavailable ${controller.strategy.maxUnavailable}`
    case 'StatefulSet':
      return `${kind}, ${controller.podManagement}`
    case 'CronJob':
      return `${kind}, ${controller.schedule}`
    default:
      return kind
  }
}

function replicasText({ replicas, controller }: ManifestWorkload): string {
  if (replicas !== null) return String(replicas)
  switch (controller.kind) {
    case 'Job':
      return `${controller.parallelism} of ${controller.completions ?? 'a queue'}`
    case 'CronJob':
      return `${controller.job.parallelism} of ${controller.job.completions ?? 'a queue'}`
    default:
      return 'one per node'
  }
}

function serviceRow(service: ManifestService, { workloads, ingresses }: Manifests): string[] {
  const pods = workloads.filter((one) => one.namespace === service.namespace && selects(service.selector, one))
  const routes = ingresses.filter(({ namespace }) => namespace === service.namespace).flatMap(({ routes: all }) => all)
  return [
    nameOf(service),
    service.headless ? 'headless' : service.type,
    service.ports.map(({ port, targetPort }) => (port === targetPort ? String(port) : `${port} to ${targetPort}`)).join(', '),
    pods.map(({ name }) => name).join(', ') || 'none',
    routes
      .filter((route) => route.service === service.name)
      .map(({ host, path }) => `${host}${path}` || 'any host')
      .join(', '),
  ]
}

/** Counts of the objects that have no table. */
function others({
  priorityClasses,
  quotas,
  limitRanges,
  volumes,
  claims,
  storageClasses,
  configs,
  namespaces,
  nodes,
}: Manifests): string[] {
  const counts = {
    nodes,
    namespaces,
    'priority classes': priorityClasses,
    quotas,
    'limit ranges': limitRanges,
    volumes,
    claims,
    'storage classes': storageClasses,
    'config maps and secrets': configs,
  }
  const found = Object.entries(counts).filter(([, all]) => all.length > 0)
  return found.length === 0 ? [] : [`also: ${found.map(([what, all]) => `${all.length} ${what}`).join(', ')}`, '']
}

function ignoredLines(title: string, ignored: readonly Ignored[]): string[] {
  if (ignored.length === 0) return []
  const lines = ignored.map(({ kind, path, why, place, count }) => {
    const times = count === 1 ? '' : `, ${count} times`
    return `  ${plainText(`${place.file}:${place.line}:${place.column}`)}  ${plainText(`${kind} ${path}`.trim())}${times}: ${plainText(why)}`
  })
  return [`${title}:`, ...lines, '']
}

/** A table with columns as wide as their cells; empty columns are left out. */
function table(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const used = header.map((_, i) => i).filter((i) => rows.some((row) => row[i] !== ''))
  const all = [header, ...rows].map((row) => used.map((i) => plainText(row[i])))
  const widths = used.map((_, i) => Math.max(...all.map((row) => row[i].length)))
  return [`${title}:`, ...all.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd()), '']
}
