/** Of `tries` backends drawn at random the one with the fewest requests in flight; on ties the one that was drawn first. */
import type { OwnBalancer } from 'orchsim'

const lightest: OwnBalancer = {
  name: 'lightest',
  parameters: {
    tries: { kind: 'integer', default: 3, min: 1, max: 100, meaning: 'number of backends that are drawn' },
  },
  pick(backends, _request, random, { tries }) {
    let best = random.int(backends.count)
    for (let i = 1; i < Number(tries); i++) {
      const other = random.int(backends.count)
      if (backends.inFlight(other) < backends.inFlight(best)) best = other
    }
    return best
  },
}

export default lightest
