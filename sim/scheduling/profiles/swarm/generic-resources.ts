/** Generic resources of a node: counts, and sets of names that tasks claim one by one. */

/** What a task holds of each kind: a count or names. */
export type Claim = ReadonlyMap<string, number | readonly string[]>

/** The free generic resources of one node. */
export class GenericResources {
  private readonly free = new Map<string, number | string[]>()

  constructor(total: Readonly<Record<string, number | readonly string[]>>) {
    for (const [kind, amount] of Object.entries(total)) this.free.set(kind, typeof amount === 'number' ? amount : [...amount])
  }

  /** Whether the counts asked for are free. A kind that the node does not have is never enough, not even for 0 of it. */
  hasEnough(asked: Readonly<Record<string, number>>): boolean {
    for (const kind in asked) {
      const free = this.free.get(kind)
      const left = typeof free === 'number' ? free : (free?.length ?? 0)
      if (left === 0 || left < asked[kind]) return false
    }
    return true
  }

  /** Takes the counts asked for; of a set the names that were free longest. Takes nothing of a kind that has too little. */
  claim(asked: Readonly<Record<string, number>>): Claim {
    const claim = new Map<string, number | readonly string[]>()
    for (const kind in asked) {
      const free = this.free.get(kind)
      if (typeof free === 'number' && free >= asked[kind]) {
        this.free.set(kind, free - asked[kind])
        claim.set(kind, asked[kind])
      } else if (typeof free === 'object' && free.length >= asked[kind]) claim.set(kind, free.splice(0, asked[kind]))
    }
    return claim
  }

  /** Takes what a task holds already. */
  take(claim: Claim): void {
    for (const [kind, held] of claim) {
      const free = this.free.get(kind)
      if (typeof held === 'number' && typeof free === 'number') this.free.set(kind, Math.max(0, free - held))
      else if (typeof held === 'object' && typeof free === 'object')
        this.free.set(
          kind,
          free.filter((name) => !held.includes(name)),
        )
    }
  }

  /** Gives back what a task held. */
  release(claim: Claim): void {
    for (const [kind, held] of claim) {
      const free = this.free.get(kind)
      if (typeof held === 'number' && typeof free === 'number') this.free.set(kind, free + held)
      else if (typeof held === 'object' && typeof free === 'object') free.push(...held)
    }
  }
}
