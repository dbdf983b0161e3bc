/** Hedged and tied requests of a client or of a call, in the experiment file. */
import type { Hedging } from '../../../sim/index.ts'
import { duration, flag, section, share, whole } from '../quantities.ts'

/** The section. */
export const hedge = section('hedged requests', {
  after: duration().optional().describe('time after the last try or copy at which the next copy is sent, as hedgingDelay in gRPC'),
  quantile: share({ min: 0, max: 1 })
    .optional()
    .describe(
      'instead of after: this quantile of the last 1000 latencies of the client, such as 95% (The tail at scale); no copies before there are 100',
    ),
  limit: whole({ min: 1, max: 4 }).prefault(1).describe('copies of a try; default 1; gRPC accepts up to 4'),
  budget: share({ min: 0 })
    .optional()
    .describe(
      'copies as a share of first tries, by a token bucket as that of retries; default 10%, with tied 100% for each copy of the limit',
    ),
  cancel: flag().prefault(true).describe('the first answer cancels the other tries in their pods; false: their work goes on, wasted'),
  tied: flag()
    .prefault(false)
    .describe(
      'tied requests: the first try that gets a thread withdraws the others after networkDelay, unless they have one by then; usual with a small after, such as twice networkDelay',
    ),
}).transform((given, context): Hedging => {
  const { after, quantile, limit, budget, cancel, tied } = given
  if ((after === undefined) === (quantile === undefined))
    context.issues.push({
      code: 'custom',
      message: `found ${after === undefined ? 'neither after nor' : 'both after and'} quantile; accepted: one of the two`,
      input: given,
    })
  if (tied && !cancel)
    context.issues.push({
      code: 'custom',
      path: ['cancel'],
      message: 'found false with tied; accepted: true, since tied requests are withdrawn',
      input: given,
    })
  const when = after !== undefined ? { after } : { quantile: quantile ?? 1 }
  return { ...when, limit, budget: budget ?? (tied ? limit : 0.1), cancel, tied }
})
