/** Where a problem of an object is. */
import { suggestion } from '../../../sim/index.ts'
import type { Found, Place } from '../findings.ts'
import type { Named } from '../model.ts'

/** `Deployment shop/web` */
export const nameOf = ({ kind, namespace, name }: Pick<Named, 'kind' | 'namespace' | 'name'>): string =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`

/** `{ app: web, tier: front }` */
export const labelsText = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}: ${value}`)
  return pairs.length === 0 ? 'no labels' : `{ ${pairs.join(', ')} }`
}

/** `a, b and 5 more`; `a and b` */
export const enumeration = (names: readonly string[], most: number): string => {
  const rest = names.length - most
  if (rest > 0) return `${names.slice(0, most).join(', ')} and ${rest} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Most names among which one like a missing name is sought. */
const SOUGHT = 500

/** Objects by namespace and name, and the names of a namespace for suggestions. */
export class ByName<T extends Pick<Named, 'namespace' | 'name'>> {
  private readonly objects = new Map<string, T>()
  private readonly names = new Map<string, string[]>()

  constructor(objects: readonly T[]) {
    for (const one of objects) {
      const key = `${one.namespace}/${one.name}`
      if (!this.objects.has(key)) this.objects.set(key, one)
      const names = this.names.get(one.namespace) ?? []
      this.names.set(one.namespace, names)
      if (names.length < SOUGHT) names.push(one.name)
    }
  }

  get(namespace: string, name: string): T | undefined {
    return this.objects.get(`${namespace}/${name}`)
  }

  /** ` (did you mean web?)` */
  suggestion(namespace: string, name: string): string {
    return suggestion(name, this.names.get(namespace) ?? [])
  }
}

/** A part of an object. */
export const at = (object: Named, path = '', place: Place = object.place): Found => ({ object: nameOf(object), path, place })

/** `shop.yaml:12` */
export const placeText = ({ file, line }: Place): string => `${file}:${line}`
