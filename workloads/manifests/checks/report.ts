/** Where a problem of an object is. */
import type { Found, Place } from '../findings.ts'
import type { Named } from '../model.ts'

/** `Deployment shop/web` */
export const nameOf = ({ kind, namespace, name }: Pick<Named, 'kind' | 'namespace' | 'name'>): string =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`

/** A part of an object. */
export const at = (object: Named, path = '', place: Place = object.place): Found => ({ object: nameOf(object), path, place })

/** `shop.yaml:12` */
export const placeText = ({ file, line }: Place): string => `${file}:${line}`
