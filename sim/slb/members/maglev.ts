/** Maglev: the backend at the position of the client's hash in a table in which all backends have nearly equal shares. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer, BalancingContext } from '../policy.ts'
import { backendName } from '../structures/addresses.ts'
import { ciliumTable, DEFAULT_SEED } from '../structures/cilium/maglev.ts'
import { hash53 } from '../structures/hash.ts'
import type { KeyMap } from '../structures/key-map.ts'
import { KeyedBalancer } from '../structures/keyed-balancer.ts'

/** The sizes that Cilium accepts; each is a prime number. */
const SIZES = ['251', '509', '1021', '2039', '4093', '8191', '16381', '32749', '65521', '131071'] as const

const parameters = {
  size: {
    kind: 'choice',
    default: '16381',
    choices: SIZES,
    meaning: 'positions of the table; 100 for each backend keep shares within 1 % and move few clients when one leaves',
  },
} as const

/** Cilium 1.20.2. A request that must avoid its backend gets the next one in the table; Cilium itself does not retry. */
export const maglev = define({
  name: 'maglev',
  summary:
    'The backend at the position of the client’s hash in Cilium’s Maglev table, in proportion to weights; a uniformly random one for a request without a client.',
  source: 'Eisenbud et al. 2016, Maglev; Cilium 1.20.2, pkg/maglev/maglev.go',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new KeyedBalancer(context, () => new MaglevMap(Number(values.size))),
})

/** A table is made at the first pick after a change of the backends. */
class MaglevMap implements KeyMap {
  private readonly size: number
  private readonly weights = new Map<SlotId, number>()
  private table: Int32Array | null = null

  constructor(size: number) {
    this.size = size
  }

  add(slot: SlotId, weight: number): void {
    this.weights.set(slot, weight)
    this.table = null
  }

  remove(slot: SlotId): void {
    this.weights.delete(slot)
    this.table = null
  }

  find(key: number, exclude: SlotId): SlotId {
    const table = (this.table ??= this.made())
    let position = hash53(key) % this.size
    for (let left = this.size; left > 0 && table[position] === exclude; left--) position = (position + 1) % this.size
    return table[position]
  }

  private made(): Int32Array {
    const slots = [...this.weights.keys()]
    const backends = Array.from(this.weights, ([slot, weight]) => ({ text: textOf(slot), weight }))
    return ciliumTable(backends, this.size, DEFAULT_SEED).map((place) => slots[place])
  }
}

/** The text of a backend whose address is made of its slot. */
const textOf = (slot: SlotId): string => `[${backendName(slot)}/TCP,State:active]`
