/** Envoy's Maglev: the backend in the place of a table that the hash of the client's address selects. */
import { define } from '../../common/define.ts'
import type { Balancer, BalancingContext } from '../policy.ts'
import { EnvoyHashed } from '../structures/envoy/hashed.ts'
import { EnvoyMaglev } from '../structures/envoy/hashing.ts'
import { isPrime } from '../structures/maglev.ts'

export const envoyMaglev = define({
  name: 'envoy-maglev',
  summary:
    'Envoy: the backend that the client’s address selects in a Maglev table, in proportion to weights; a random place for a request without a client.',
  source: 'Envoy 1.40, maglev_lb.cc; Eisenbud et al. 2016, Maglev; recordings of Envoy',
  fidelity: 'faithful',
  parameters: {
    tableSize: { kind: 'integer', default: 65_537, min: 2, max: 5_000_011, meaning: 'places of the table, a prime number' },
    balanceFactor: {
      kind: 'integer',
      default: 0,
      min: 0,
      meaning: 'percent of its share that a backend may hold before its clients go to another one; 0: no bound',
    },
  },
  problems: ({ tableSize }) =>
    isPrime(tableSize) ? [] : [{ path: ['tableSize'], message: `found ${tableSize}; accepted: a prime number, such as 65537` }],
  create: ({ tableSize, balanceFactor }, context: BalancingContext): Balancer =>
    new EnvoyHashed(context, balanceFactor, (hosts) => new EnvoyMaglev(hosts, tableSize)),
})
