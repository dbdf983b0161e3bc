/** Placement constraints of Docker services: `KEY == VALUE` and `KEY != VALUE`. */
import { parseAddress, parseSubnet } from './addresses.ts'
import { labelOf, type Constraint, type SwarmNodeSpec } from './specs.ts'

const KEY = /^[a-z_][a-z0-9\-_.]+$/i
const VALUE = /^[a-z0-9:\-_\s.*()?+[\]\\^$|/]+$/i

/** Reads a constraint in Docker's syntax. Throws an Error that names the text and what is accepted. */
export function parseConstraint(text: string): Constraint {
  const equal = text.includes('==') // looked for first, so `a!=b==c` has the key `a!=b`, which is refused
  const operator = equal ? '==' : '!='
  const at = text.indexOf(operator)
  if (at < 0) throw new Error(`constraint ${JSON.stringify(text)}: no operator; accepted: KEY == VALUE, KEY != VALUE`)
  const key = text.slice(0, at).trim()
  const value = text.slice(at + 2).trim()
  if (!KEY.test(key))
    throw new Error(
      `constraint ${JSON.stringify(text)}: key ${JSON.stringify(key)}; accepted: a letter or _, then letters, digits, '-', '_', '.'`,
    )
  if (!VALUE.test(value))
    throw new Error(
      `constraint ${JSON.stringify(text)}: value ${JSON.stringify(value)}; accepted: letters, digits, spaces and : - _ . * ( ) ? + [ ] \\ ^ $ | /`,
    )
  return { key, equal, value }
}

/** Whether the node satisfies the constraint. Keys and values are compared without regard to case; an unknown key is never satisfied. */
export function satisfies(node: SwarmNodeSpec, { key, equal, value }: Constraint): boolean {
  if (key.toLowerCase() === 'node.ip') return addressMatches(node.address, value, equal)
  const found = valueOf(node, key)
  return found !== null && (found.toLowerCase() === value.toLowerCase()) === equal
}

function valueOf(node: SwarmNodeSpec, key: string): string | null {
  switch (key.toLowerCase()) {
    case 'node.id':
      return node.id
    case 'node.hostname':
      return node.hostname
    case 'node.role':
      return node.role
    case 'node.platform.os':
      return node.os
    case 'node.platform.arch':
      return node.architecture
    default:
      return labelOf(node, key)
  }
}

/** `value` is an address or a subnet; anything else is satisfied by no node, with either operator. */
function addressMatches(address: string, value: string, equal: boolean): boolean {
  const own = parseAddress(address)
  const wanted = parseAddress(value)
  if (wanted !== null) return (own !== null && own.every((byte, i) => byte === wanted[i])) === equal
  const subnet = parseSubnet(value)
  return subnet !== null && subnet(own) === equal
}
