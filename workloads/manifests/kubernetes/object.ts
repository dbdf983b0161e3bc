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

/** A reference to an owner. */
interface Owner {
  readonly kind: string
  readonly name: string
}

/** Owned objects are read at the end, when it is known whether their owners are in the files. */
export interface Owned {
  /** The controller that created the object; undefined: it has other owners only, with which it is deleted. */
  readonly owner: Owner | undefined
  readonly owners: readonly Owner[]
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
  const references = metadata.at('ownerReferences').items()
  if (references.length === 0) return found.read(named, part as unknown as Part<never>, drafts)
  const owners = references.map((item): Owner => ({ kind: item.at('kind').text() ?? '', name: item.at('name').text() ?? '' }))
  const controller = references.findIndex((item) => item.at('controller').flag() === true)
  owned.push({ owner: controller < 0 ? undefined : owners[controller], owners, named, part })
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
 * Objects with an owner: left out when their controller is among the files, since it creates them; read as if they had none otherwise. Owners in
 * a circle are an error, whether they are controllers or not: the garbage collector would delete all of them with any of them.
 */
export function readOwned(owned: readonly Owned[], drafts: Drafts): void {
  const references = new Map(owned.map(({ named, owners }) => [key(named), owners.map((one) => ownerKey(one, named))]))
  const controllers = new Map(owned.flatMap(({ named, owner }) => (owner === undefined ? [] : [[key(named), ownerKey(owner, named)]])))
  const known = new Set([...drafts.workloads.map(key), ...references.keys()])
  for (const { owner, named, part } of owned) {
    part.reading.kind = named.kind
    part.reading.object = key(named)
    const circle = circleOf(key(named), references)
    if (circle !== undefined) {
      part.at('metadata' as never).error(`found owners in a circle, ${circle.join(' -> ')}; accepted: owners without a cycle`)
      continue
    }
    if (owner !== undefined && isCreated(key(named), controllers, known))
      part.reading.findings.ignore(named.kind, '', named.place, { matters: false, why: `is created by its ${owner.kind}` })
    else KINDS[named.kind].read(named, part as Part<never>, drafts)
  }
}

const key = ({ kind, namespace, name }: Pick<Named, 'kind' | 'namespace' | 'name'>): string =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`

/** An owner is in the namespace of what it owns, or in none. */
const ownerKey = ({ kind, name }: Owner, { namespace }: Named): string =>
  key({ kind, name, namespace: Object.hasOwn(KINDS, kind) && KINDS[kind].cluster === true ? '' : namespace })

/** Whether a controller above the object is among the files. */
function isCreated(object: string, controllers: ReadonlyMap<string, string>, known: ReadonlySet<string>): boolean {
  for (let next = controllers.get(object); next !== undefined; next = controllers.get(next)) if (known.has(next)) return true
  return false
}

/** A way from an object over its owners back to itself. */
function circleOf(from: string, references: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const before = new Map<string, string>()
  const open = [from]
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const owner of references.get(at) ?? []) {
      if (owner === from) {
        const way = [at]
        for (let one = at; one !== from;) way.unshift((one = before.get(one)!))
        return [...way, from]
      }
      if (before.has(owner)) continue
      before.set(owner, at)
      open.push(owner)
    }
  return undefined
}
