/**
 * gRPC's ring hash: Envoy's ring over the backends in the order of their keys; a key whose backend has failed goes on along the ring.
 * Source: google.golang.org/grpc v1.85 balancer/ringhash/{ring,picker}.go (gRFC A42).
 */
import { NONE } from '../../../common/ids.ts'
import { EnvoyRing, type HashedHost } from '../envoy/hashing.ts'

/** The largest ring of the program, whatever the configuration says. */
const LARGEST = 4096

export class GrpcRing {
  private readonly ring: EnvoyRing
  private readonly order: readonly number[]

  constructor(backends: readonly HashedHost[], minimumSize: number, maximumSize: number) {
    this.order = backends.map((_, i) => i).sort((a, b) => (backends[a].name < backends[b].name ? -1 : 1))
    const sorted = this.order.map((i) => backends[i])
    this.ring = new EnvoyRing(sorted, Math.min(minimumSize, LARGEST), Math.min(maximumSize, LARGEST))
  }

  /** The backend of a hash (its index in the list), the first that is up; NONE when none is. */
  find(hash: bigint, isUp: (backend: number) => boolean): number {
    for (let attempt = 0; attempt < this.ring.size; attempt++) {
      const backend = this.order[this.ring.find(hash, attempt)]
      if (isUp(backend)) return backend
    }
    return NONE
  }
}
