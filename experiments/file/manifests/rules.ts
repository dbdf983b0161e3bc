/** Rules of a manifest about where its pods run, as keys of a service or of a shape. */
import type { ManifestWorkload } from '../../../workloads/index.ts'
import { selectorOf } from './unsupported.ts'

type Raw = Record<string, unknown>
type Template = ManifestWorkload['template']
type Affinity = Template['affinity']
type Selector = Template['spread'][number]['selector']

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Labels, priority, affinity, spreading and ports of the pods; only what differs from the defaults. */
export function rulesOf({ namespace, template }: ManifestWorkload): Raw {
  const { labels, priority, preemption, spread } = template
  const affinity = affinityOf(template.affinity)
  const ports = hostPorts(template)
  return {
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(namespace === '' || namespace === 'default' ? {} : { namespace }),
    ...(priority === 0 ? {} : { priority: Math.min(priority, 1_000_000_000) }),
    ...(preemption === 'Never' ? { preemptionPolicy: preemption } : {}),
    ...(Object.keys(affinity).length === 0 ? {} : { affinity }),
    ...(spread.length === 0
      ? {}
      : { topologySpreadConstraints: spread.map(({ selector, ...rest }) => ({ ...rest, ...labelSelector(selector) })) }),
    ...(ports.length === 0 ? {} : { hostPorts: ports }),
  }
}

const selectorKeys = ({ labels, expressions }: NonNullable<Selector>): Raw => ({ matchLabels: labels, matchExpressions: expressions })

const labelSelector = (selector: Selector): Raw => (selector === null ? {} : { labelSelector: selectorKeys(selector) })

const nodeTerm = ({ labels, fields }: Affinity['nodeRequired'][number]): Raw => ({
  ...(labels.length === 0 ? {} : { matchExpressions: labels }),
  ...(fields.length === 0 ? {} : { matchFields: fields }),
})

const podTerm = ({ selector, topologyKey, namespaces, namespaceSelector }: Affinity['podRequired'][number]): Raw => ({
  ...labelSelector(selector),
  topologyKey,
  ...(namespaces.length === 0 ? {} : { namespaces }),
  ...(namespaceSelector === null ? {} : { namespaceSelector: selectorKeys(namespaceSelector) }),
})

/** What a node selector already says is left out. */
function affinityOf(affinity: Affinity): Raw {
  const required = Object.keys(selectorOf(affinity)).length > 0 ? [] : affinity.nodeRequired
  const nodes: Raw = {
    ...(required.length === 0 ? {} : { [REQUIRED]: { nodeSelectorTerms: required.map(nodeTerm) } }),
    ...(affinity.nodePreferred.length === 0
      ? {}
      : { [PREFERRED]: affinity.nodePreferred.map(({ weight, term }) => ({ weight, preference: nodeTerm(term) })) }),
  }
  const pods = (must: Affinity['podRequired'], should: Affinity['podPreferred']): Raw => ({
    ...(must.length === 0 ? {} : { [REQUIRED]: must.map(podTerm) }),
    ...(should.length === 0 ? {} : { [PREFERRED]: should.map(({ weight, term }) => ({ weight, podAffinityTerm: podTerm(term) })) }),
  })
  const parts: readonly (readonly [string, Raw])[] = [
    ['nodeAffinity', nodes],
    ['podAffinity', pods(affinity.podRequired, affinity.podPreferred)],
    ['podAntiAffinity', pods(affinity.antiRequired, affinity.antiPreferred)],
  ]
  return Object.fromEntries(parts.filter(([, part]) => Object.keys(part).length > 0))
}

/** With hostNetwork every port of a container is one of the node. */
function hostPorts({ containers, init, hostNetwork }: Template): Raw[] {
  return [...init.filter(({ sidecar }) => sidecar), ...containers].flatMap(({ ports }) =>
    ports
      .map(({ port, hostPort, protocol }) => ({ port: hostPort > 0 ? hostPort : hostNetwork ? port : 0, protocol }))
      .filter(({ port }) => port > 0),
  )
}
