/**
 * Numbers in the order in which they were added, each once. Adding and removing cost the same however many there are; the list is made
 * when it is read and kept until the next change.
 */
export class OrderedSet {
  private readonly members = new Set<number>()
  private made: readonly number[] | null = []

  get size(): number {
    return this.members.size
  }

  get list(): readonly number[] {
    return (this.made ??= [...this.members])
  }

  add(member: number): void {
    this.members.add(member)
    this.made = null
  }

  /** False: it was not in the set. */
  delete(member: number): boolean {
    if (!this.members.delete(member)) return false
    this.made = null
    return true
  }
}
