/** gRPC's least request: of some backends drawn uniformly, the same one possibly twice, the one with the fewest requests in flight from here. */
import { define } from '../../common/define.ts'
import type { Balancer, BalancingContext } from '../policy.ts'
import { PowerOfD } from './power-of-d.ts'

const parameters = {
  choices: { kind: 'integer', default: 2, min: 2, max: 10, meaning: 'draws at each pick; gRPC refuses 1, and takes more than 10 as 10' },
} as const

/** gRPC-Go 1.85, policy least_request_experimental. The first drawn wins a tie. */
export const grpcLeastRequest = define({
  name: 'grpc-least-request',
  summary:
    'Of `choices` backends drawn uniformly, the same one possibly more than once, the one with fewest requests in flight from here; the first drawn on ties.',
  source: 'google.golang.org/grpc 1.85, balancer/leastrequest/leastrequest.go (gRFC A48)',
  fidelity: 'faithful',
  parameters,
  create: ({ choices }, context: BalancingContext): Balancer => new PowerOfD({ choices, replacement: true, memory: 0 }, context),
})
