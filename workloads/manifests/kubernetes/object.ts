/** One object of Kubernetes: its kind and name, its owner, and the reader of its kind. Lists are read item by item. */
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js'
import type { Drafts } from '../drafts.ts'
import type { Named } from '../model.ts'
import type { Part } from '../part.ts'
import { suggestion } from '../../../sim/index.ts'
import { effectOf, KINDS, namespaceIn } from './kinds.ts'
import { required } from './placement.ts'
import { METADATA } from './pod.ts'

/** What all objects have. */
interface AnyObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: ObjectMeta
  readonly items?: readonly unknown[]
  readonly status?: { readonly phase?: string }
}

/** Lists within lists. */
const DEEPEST = 5

/** Owned objects are read at the end, when it is known whether their owners are in the files. */
export interface Owned {
  readonly owner: { readonly kind: string; readonly name: string }
  readonly named: Named
  readonly part: Part
}

/** Reads an object, or the objects of a list, into `drafts` or `owned`. */
export function readObject(root: Part, drafts: Drafts, owned: Owned[], depth = 0): void {
  const part = root as Part<AnyObject>
  const kind = part.at('kind').text() ?? ''
  if (part.at('items').isList && (kind === '' || kind.endsWith('List'))) {
    if (depth > DEEPEST) part.error(`found lists within lists; accepted: at most ${DEEPEST}`)
    else for (const item of part.at('items').items()) if (!item.missing) readObject(item.rooted(), drafts, owned, depth + 1)
    return
  }
  const { reading } = part
  reading.kind = kind
  reading.object = kind
  if (kind === '') return void required(part.at('kind'), 'a kind such as Deployment')
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  const metadata = part.at('metadata')
  const place = part.at('kind').place
  if (found === undefined) {
    reading.findings.ignore(kind, '', place, effectOf(kind))
    return
  }
  const generated = metadata.at('generateName').text()
  const name = metadata.at('name').text() ?? (generated === undefined ? required(metadata.at('name'), 'a name') : `${generated}1`)
  const namespace = namespaceIn(found, metadata.at('namespace').text())
  reading.object = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
  const version = part.at('apiVersion')
  if (!found.versions.includes(version.text() ?? '')) {
    const given = version.text() ?? ''
    if (found.versions[0].split('/')[0] !== given.split('/')[0] && /^[\w-]+(?:\.[\w-]+){2,}\/v/.test(given) && !/\.k8s\.io\//.test(given))
      return reading.findings.ignore(`${given} ${kind}`, '', place, {
        matters: true,
        why: 'is not known, and may create pods or change them',
      })
    version.refuse(`${found.versions.join(', ')}${suggestion(given, found.versions)}`)
  }
  metadata.only(METADATA)
  const named: Named = { kind, namespace, name, labels: metadata.at('labels').texts(), place, source: reading.source }
  if (isOver(part, kind)) return
  const owner = metadata
    .at('ownerReferences')
    .items()
    .find((item) => item.at('controller').flag() === true)
  if (owner === undefined) return found.read(named, part as unknown as Part<never>, drafts)
  owned.push({ owner: { kind: owner.at('kind').text() ?? '', name: owner.at('name').text() ?? '' }, named, part })
}

/** Reports pods that have ended, and objects under deletion. */
function isOver(part: Part<AnyObject>, kind: string): boolean {
  const phase = part.at('status').at('phase').scalar
  const ended = kind === 'Pod' && (phase === 'Succeeded' || phase === 'Failed')
  const deleting = !part.at('metadata').at('deletionTimestamp').missing
  if (!ended && !deleting) return false
  part.reading.findings.ignore(kind, '', part.place, { matters: false, why: ended ? 'has ended' : 'is being deleted' })
  return true
}

/**
 * Objects with an owner: left out when the owner is among the files, since it creates them; read as if they had none otherwise. Owners in a
 * circle are an error.
 */
export function readOwned(owned: readonly Owned[], drafts: Drafts): void {
  const key = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }): string => `${kind} ${namespace}/${name}`
  const owners = new Map(owned.map((one) => [key(one.named), key({ ...one.owner, namespace: one.named.namespace })]))
  const roots = new Set(drafts.workloads.map(key))
  for (const { owner, named, part } of owned) {
    part.reading.kind = named.kind
    part.reading.object = key(named)
    const chain = [key(named)]
    let next = owners.get(chain[0])
    while (next !== undefined && !chain.includes(next)) {
      chain.push(next)
      next = owners.get(next)
    }
    if (next !== undefined) {
      part.at('metadata' as never).error(`found owners in a circle, ${[...chain, next].join(' -> ')}; accepted: owners without a cycle`)
      continue
    }
    if (chain.some((one, i) => i > 0 && (roots.has(one) || owners.has(one))))
      part.reading.findings.ignore(named.kind, '', named.place, { matters: false, why: `is created by its ${owner.kind}` })
    else KINDS[named.kind].read(named, part as Part<never>, drafts)
  }
}
