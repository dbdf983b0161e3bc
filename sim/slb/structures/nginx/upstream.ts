/** An upstream block of nginx: primary and backup servers, a method, and the tries of a request. */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { ipHash, keyHash, NginxRing } from './hashing.ts'
import { NginxPeers } from './peers.ts'
import type { NginxServer } from './peers.ts'

/** The methods of the block's head line. */
export type NginxMethod = 'round-robin' | 'least-conn' | 'ip-hash' | 'hash' | 'hash-consistent' | 'random' | 'random-two'

/** A line of the block. Methods that hash ignore `backup`, which nginx refuses for them. */
export interface NginxUpstreamServer extends NginxServer {
  readonly name: string
  readonly backup: boolean
}

/** A request goes to a server until it ends; one whose server fails goes to the next within the same request, each server once. */
export class NginxUpstream {
  readonly primary: NginxPeers
  readonly backup: NginxPeers
  private readonly method: NginxMethod
  private readonly random: RandomStream
  private readonly ring: NginxRing | null
  private readonly backups: readonly boolean[]
  /** The request has gone over to the backup servers. */
  private onBackup = false

  constructor(method: NginxMethod, servers: readonly NginxUpstreamServer[], random: RandomStream) {
    this.method = method
    this.random = random
    this.backups = servers.map(({ backup }) => backup)
    const grouped = this.backups.includes(true)
    this.primary = new NginxPeers(grouped)
    this.backup = new NginxPeers(true)
    servers.forEach((server, slot) => (server.backup ? this.backup : this.primary).add(slot, server))
    this.ring = method === 'hash-consistent' ? new NginxRing(servers.map(({ name, weight }, slot) => ({ slot, name, weight }))) : null
  }

  /**
   * Sends a request at `now` [s]; `fails` tells whether a try at a server fails at once. Returns the server that has the request, NONE for nginx's own answer, 502.
   * @param key the client's address for ip-hash, the hashed text for hash
   */
  open(key: Uint8Array, now: number, fails: (slot: SlotId) => boolean = () => false): SlotId {
    this.primary.begin()
    this.backup.begin()
    this.onBackup = false
    for (;;) {
      const slot = this.next(key, now)
      if (slot === NONE || !fails(slot)) return slot
      this.close(slot, true, now)
      if (this.primary.single) return NONE
    }
  }

  /** The request or the try at the server has ended. */
  close(slot: SlotId, failed: boolean, now: number): void {
    ;(this.backups[slot] ? this.backup : this.primary).ended(slot, failed, now)
  }

  private next(key: Uint8Array, now: number): SlotId {
    const { primary } = this
    if (!this.onBackup) {
      const slot = this.from(primary, key, now)
      if (slot !== NONE || this.backup.count === 0) return slot
      this.onBackup = true
    }
    return this.from(this.backup, key, now)
  }

  private hashed(peers: NginxPeers, key: Uint8Array, now: number): SlotId {
    if (this.ring !== null) return this.ring.find(key, (candidate) => peers.usable(candidate, now))
    return this.method === 'ip-hash' ? ipHash(peers, key, now) : keyHash(peers, key, now)
  }

  private from(peers: NginxPeers, key: Uint8Array, now: number): SlotId {
    const { method, random } = this
    if (method === 'least-conn') return peers.leastConn(now)
    if (method === 'random' || method === 'random-two') return peers.random(method === 'random-two', random, now)
    if (method === 'round-robin' || peers.count < 2 || key.length === 0) return peers.roundRobin(now)
    const slot = this.hashed(peers, key, now)
    return slot === NONE ? peers.roundRobin(now) : peers.sent(slot, now)
  }
}
