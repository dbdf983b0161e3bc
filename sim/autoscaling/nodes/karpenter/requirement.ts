/** What is known of one label of a node: a set of allowed values, or all values but a set, within bounds. */

/** Operators of node selector expressions; Gte and Lte are Karpenter's. */
export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt' | 'Gte' | 'Lte'

/** An expression on one label. */
export interface Expression {
  readonly key: string
  readonly operator: Operator
  readonly values: readonly string[]
}

/** Bounds of whole numbers, both inclusive. */
interface Bounds {
  readonly least: number
  readonly most: number
}

const UNBOUNDED: Bounds = { least: -Infinity, most: Infinity }

/** A requirement on a label. Immutable. */
export class Requirement {
  readonly key: string
  /** True: all values but these; false: only these. */
  readonly complement: boolean
  readonly values: ReadonlySet<string>
  private readonly bounds: Bounds

  constructor(key: string, complement: boolean, values: Iterable<string>, bounds: Bounds = UNBOUNDED) {
    this.key = key
    this.complement = complement
    this.values = new Set(values)
    this.bounds = bounds
  }

  /** The requirement of an expression. Values of the four comparisons are whole numbers. */
  static of({ key, operator, values }: Expression): Requirement {
    const bound = Number(values[0])
    switch (operator) {
      case 'In':
        return new Requirement(key, false, values)
      case 'NotIn':
        return new Requirement(key, true, values)
      case 'Exists':
        return new Requirement(key, true, [])
      case 'DoesNotExist':
        return new Requirement(key, false, [])
      case 'Gt':
        return new Requirement(key, true, [], { least: bound + 1, most: Infinity })
      case 'Gte':
        return new Requirement(key, true, [], { least: bound, most: Infinity })
      case 'Lt':
        return new Requirement(key, true, [], { least: -Infinity, most: bound - 1 })
      case 'Lte':
        return new Requirement(key, true, [], { least: -Infinity, most: bound })
    }
  }

  /** The label has one of these values. */
  static in(key: string, ...values: readonly string[]): Requirement {
    return new Requirement(key, false, values)
  }

  /** The label has some value. */
  static exists(key: string): Requirement {
    return new Requirement(key, true, [])
  }

  /** True for `NotIn` and `DoesNotExist`, which an absent label satisfies. */
  get allowsAbsence(): boolean {
    return this.complement ? this.values.size > 0 : this.values.size === 0
  }

  /** The only allowed value, null when there are several or none. */
  get only(): string | null {
    if (this.complement || this.values.size !== 1) return null
    for (const value of this.values) return value
    return null
  }

  /** Whether no value is allowed. */
  get isEmpty(): boolean {
    return !this.complement && this.values.size === 0
  }

  has(value: string): boolean {
    return this.values.has(value) !== this.complement && within(value, this.bounds)
  }

  /** Both requirements together. */
  and(other: Requirement): Requirement {
    const bounds = both(this.bounds, other.bounds)
    if (bounds.least > bounds.most) return new Requirement(this.key, false, [])
    if (!this.complement)
      return new Requirement(
        this.key,
        false,
        [...this.values].filter((value) => other.has(value) && within(value, bounds)),
      )
    if (!other.complement) return other.and(this)
    const excluded = [...this.values, ...other.values].filter((value) => within(value, bounds))
    return new Requirement(this.key, true, excluded, bounds)
  }

  /** Whether a value satisfies both. Two complements always have one in common, bounds permitting. */
  intersects(other: Requirement): boolean {
    const bounds = both(this.bounds, other.bounds)
    if (bounds.least > bounds.most) return false
    if (this.complement && other.complement) return true
    const [few, rest] = this.complement ? [other, this] : [this, other]
    for (const value of few.values) if (rest.has(value) && within(value, bounds)) return true
    return false
  }

  /** As an expression in words, values in alphabetical order: `In a,b`. '' when any value is allowed. */
  toString(): string {
    const { least, most } = this.bounds
    const limits = [...(least > -Infinity ? [`>=${least}`] : []), ...(most < Infinity ? [`<=${most}`] : [])]
    if (!this.complement && this.values.size === 0) return 'DoesNotExist'
    if (this.values.size > 0) limits.unshift(`${this.complement ? 'NotIn' : 'In'} ${[...this.values].sort().join(',')}`)
    return limits.join(' ')
  }
}

const both = (a: Bounds, b: Bounds): Bounds => ({ least: Math.max(a.least, b.least), most: Math.min(a.most, b.most) })

/** Within bounds a value must be a whole number; without any, every value is. */
function within(value: string, { least, most }: Bounds): boolean {
  if (least === -Infinity && most === Infinity) return true
  const number = /^[+-]?\d+$/.test(value) ? Number(value) : NaN
  return number >= least && number <= most
}
