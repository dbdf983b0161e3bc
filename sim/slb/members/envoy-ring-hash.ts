/** Envoy's ring hash: the backend whose point on a ketama-like ring is at or behind the hash of the client's address. */
import { define } from '../../common/define.ts'
import type { Balancer, BalancingContext } from '../policy.ts'
import { EnvoyHashed } from '../structures/envoy/hashed.ts'
import { EnvoyRing } from '../structures/envoy/hashing.ts'

export const envoyRingHash = define({
  name: 'envoy-ring-hash',
  summary:
    'Envoy: the backend that the client’s address selects on a ring of XXH64 points, in proportion to weights; a random point for a request without a client.',
  source: 'Envoy 1.40, ring_hash_lb.cc; recordings of it',
  fidelity: 'faithful',
  parameters: {
    minimumRingSize: { kind: 'integer', default: 1024, min: 1, max: 8_388_608, meaning: 'points of all backends together, at least' },
    maximumRingSize: { kind: 'integer', default: 8_388_608, min: 1, max: 8_388_608, meaning: 'points of all backends together, at most' },
    hashFunction: {
      kind: 'choice',
      default: 'xx-hash',
      choices: ['xx-hash', 'murmur-hash-2'],
      meaning: 'of the points; the client’s hash is always XXH64',
    },
    balanceFactor: {
      kind: 'integer',
      default: 0,
      min: 0,
      meaning: 'percent of its share that a backend may hold before its clients go to another one; 0: no bound',
    },
  },
  create: ({ minimumRingSize, maximumRingSize, hashFunction, balanceFactor }, context: BalancingContext): Balancer =>
    new EnvoyHashed(
      context,
      balanceFactor,
      (hosts) => new EnvoyRing(hosts, minimumRingSize, maximumRingSize, hashFunction === 'murmur-hash-2'),
    ),
})
