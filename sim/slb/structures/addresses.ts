/**
 * The texts that proxies hash. A run knows clients and backends by number, so each gets an address that its number alone decides: the same client has the same
 * address at every balancer and in every run.
 */
import type { SlotId } from '../../common/ids.ts'
import { hash32 } from './hash.ts'

/** The IPv4 address of a client, scattered over all addresses as those of clients in the internet. */
export function clientAddress(client: number): Uint8Array {
  const address = hash32(client, 0)
  return Uint8Array.of(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255)
}

/** The address of a client as text. */
export function clientName(client: number): string {
  return clientAddress(client).join('.')
}

/** The backend in a slot: 10.x.y.z:80, one address after another. The next backend of a slot has the same address. */
export function backendName(slot: SlotId): string {
  return `10.${(slot >>> 16) & 255}.${(slot >>> 8) & 255}.${slot & 255}:80`
}
