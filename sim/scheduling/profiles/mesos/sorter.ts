/**
 * Mesos's sorter: clients by dominant share, in a tree of roles (`a/b` is a child of `a`). Source: Apache Mesos 1.11, master/allocator/mesos/sorter/drf.
 * Ties: fewer allocations ever made, then the path.
 */

import { add, type Amounts } from './amounts.ts'

interface Client {
  readonly path: string
  weight: number
  /** Allocated to the subtree. */
  readonly allocated: Record<string, number>
  /** Allocations ever made to the subtree; never decreases. */
  allocations: number
  active: boolean
  readonly children: Map<string, Client>
}

const newClient = (path: string): Client => ({ path, weight: 1, allocated: {}, allocations: 0, active: false, children: new Map() })

/** Orders clients by weighted dominant share of the total. */
export class DrfSorter {
  private readonly root = newClient('')
  private readonly total: Record<string, number> = {}
  private readonly excluded: ReadonlySet<string>

  /** Resources that are `excluded` do not count for the dominant share. */
  constructor(excluded: readonly string[] = []) {
    this.excluded = new Set(excluded)
  }

  /** Adds to the total against which shares are measured: all agents, free or not. */
  addTotal(amounts: Amounts, sign: 1 | -1 = 1): void {
    add(this.total, amounts, sign)
  }

  /** Makes a client known and active: it takes part in the order. */
  activate(path: string): void {
    this.at(path).active = true
  }

  /** Keeps a client's allocations, but leaves it out of the order. */
  deactivate(path: string): void {
    this.at(path).active = false
  }

  /** The share of a client is divided by its weight. */
  setWeight(path: string, weight: number): void {
    if (!(weight > 0)) throw new Error(`weight of ${path}: found ${weight}; accepted: a number above 0`)
    this.at(path).weight = weight
  }

  allocated(path: string, amounts: Amounts): void {
    for (const client of this.line(path)) {
      add(client.allocated, amounts, 1)
      client.allocations++
    }
  }

  released(path: string, amounts: Amounts): void {
    this.adjust(path, amounts, -1)
  }

  /** Changes what is allocated, without a new allocation. */
  adjust(path: string, amounts: Amounts, sign: 1 | -1): void {
    for (const client of this.line(path)) add(client.allocated, amounts, sign)
  }

  /** What a client and its children hold. */
  allocation(path: string): Amounts {
    return this.at(path).allocated
  }

  /** The largest share of one resource that a client and its children hold, divided by its weight. */
  share(path: string): number {
    return this.shareOf(this.at(path))
  }

  /** Active clients, the smallest share first; siblings are compared by their subtrees, whose clients stay together. */
  order(): string[] {
    const paths: string[] = []
    const visit = (client: Client): void => {
      if (client.active) paths.push(client.path)
      for (const child of [...client.children.values()].sort((a, b) => this.compare(a, b))) visit(child)
    }
    visit(this.root)
    return paths
  }

  private compare(a: Client, b: Client): number {
    return this.shareOf(a) - this.shareOf(b) || a.allocations - b.allocations || (a.path < b.path ? -1 : 1)
  }

  private shareOf({ allocated, weight }: Client): number {
    let share = 0
    for (const resource in this.total)
      if (this.total[resource] > 0 && !this.excluded.has(resource))
        share = Math.max(share, (allocated[resource] ?? 0) / this.total[resource])
    return share / weight
  }

  private at(path: string): Client {
    return this.line(path).at(-1)!
  }

  /** The client of the path after its ancestors; creates those that are missing. */
  private line(path: string): Client[] {
    const line: Client[] = []
    let client = this.root
    for (const name of path.split('/')) {
      let child = client.children.get(name)
      if (child === undefined) client.children.set(name, (child = newClient(client === this.root ? name : `${client.path}/${name}`)))
      line.push(child)
      client = child
    }
    return line
  }
}
