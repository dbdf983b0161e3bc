/** Which backend a client belongs to, remembered until the backends change: a hash that costs more than a look-up is computed once per client. */
import type { SlotId } from '../../common/ids.ts'

/** Clients remembered at a time. */
const MAX_CLIENTS = 1 << 20

/** The answer must depend on the client and the backends alone. */
export class Remembered {
  private readonly slots = new Map<number, SlotId>()

  /** To be called when the backends have changed. */
  forget(): void {
    if (this.slots.size > 0) this.slots.clear()
  }

  of(client: number, find: (client: number) => SlotId): SlotId {
    const known = this.slots.get(client)
    if (known !== undefined) return known
    if (this.slots.size === MAX_CLIENTS) this.slots.clear()
    const slot = find(client)
    this.slots.set(client, slot)
    return slot
  }
}
