/** Expressions of ECS's cluster query language, as the placement constraint memberOf has them: `attribute:ecs.instance-type =~ g4.* and not(…)`. */

/** A container instance as expressions see it. */
export interface InstanceAttributes {
  /** Values of `attribute:NAME` and of subjects like `ec2InstanceId`; null: the attribute exists without a value. */
  readonly attributes: Readonly<Record<string, string | null>>
  /** Groups of the tasks that run on it: `service:NAME`, `family:NAME`. */
  readonly taskGroups: readonly string[]
}

/** Tells whether an instance is a member. */
export type MemberOf = (instance: InstanceAttributes) => boolean

/** Words of operators and their symbols. */
const SYMBOLS: Readonly<Record<string, string>> = {
  equals: '==',
  not_equals: '!=',
  greater_than: '>',
  greater_than_equal: '>=',
  less_than: '<',
  less_than_equal: '<=',
  not_in: '!in',
  not_exists: '!exists',
  matches: '=~',
  not_matches: '!~',
  and: '&&',
  or: '||',
  not: '!',
}

const TOKEN = /\s*(&&|\|\||!in\b|!exists\b|==|!=|>=|<=|=~|!~|[()[\],<>]|!|"[^"]*"|'[^']*'|[^\s()[\],<>=!&|]+)/y

/** Reads an expression. Throws an Error that names the text, the place and what is accepted there. */
export function parseMemberOf(text: string): MemberOf {
  const parser = new Parser(text)
  const expression = parser.either()
  parser.end()
  return expression
}

class Parser {
  private readonly text: string
  private readonly tokens: { readonly token: string; readonly at: number }[] = []
  private next = 0

  constructor(text: string) {
    this.text = text
    TOKEN.lastIndex = 0
    for (let from = 0; from < text.trimEnd().length; from = TOKEN.lastIndex) {
      const match = TOKEN.exec(text)
      if (match === null) throw this.unexpected(from, 'an expression')
      this.tokens.push({ token: SYMBOLS[match[1]] ?? match[1], at: TOKEN.lastIndex - match[1].length })
    }
  }

  either(): MemberOf {
    const parts = [this.all()]
    while (this.take('||')) parts.push(this.all())
    return parts.length === 1 ? parts[0] : (instance) => parts.some((part) => part(instance))
  }

  end(): void {
    if (this.next < this.tokens.length) throw this.unexpected(this.tokens[this.next].at, 'and, or, or the end')
  }

  private all(): MemberOf {
    const parts = [this.single()]
    while (this.take('&&')) parts.push(this.single())
    return parts.length === 1 ? parts[0] : (instance) => parts.every((part) => part(instance))
  }

  private single(): MemberOf {
    if (this.take('!')) {
      const inner = this.single()
      return (instance) => !inner(instance)
    }
    if (!this.take('(')) return this.comparison()
    const inner = this.either()
    this.demand(')')
    return inner
  }

  private comparison(): MemberOf {
    const subject = this.word('a subject such as attribute:NAME')
    const operator = this.word('an operator')
    if (operator === 'exists') return (instance) => valuesOf(instance, subject).length > 0
    if (operator === '!exists') return (instance) => valuesOf(instance, subject).length === 0
    if (operator === 'in' || operator === '!in') {
      const list = new Set(this.list())
      const wanted = operator === 'in'
      return (instance) => valuesOf(instance, subject).some((value) => value !== null && list.has(value)) === wanted
    }
    const compare = COMPARISONS[operator]
    if (compare === undefined) throw this.unexpected(this.tokens[this.next - 1].at, 'an operator')
    const argument = this.word('a value')
    const test = compare(argument)
    const negative = operator.startsWith('!')
    return (instance) => {
      const values = valuesOf(instance, subject)
      return negative ? values.every((value) => value === null || test(value)) : values.some((value) => value !== null && test(value))
    }
  }

  private list(): string[] {
    this.demand('[')
    const values = [this.word('a value')]
    while (this.take(',')) values.push(this.word('a value'))
    this.demand(']')
    return values
  }

  private word(wanted: string): string {
    const token = this.tokens[this.next]?.token
    if (token === undefined || '()[],'.includes(token)) throw this.unexpected(this.tokens[this.next]?.at ?? this.text.length, wanted)
    this.next++
    return /^["']/.test(token) ? token.slice(1, -1) : token
  }

  private take(token: string): boolean {
    if (this.tokens[this.next]?.token !== token) return false
    this.next++
    return true
  }

  private demand(token: string): void {
    if (!this.take(token)) throw this.unexpected(this.tokens[this.next]?.at ?? this.text.length, token)
  }

  private unexpected(at: number, wanted: string): Error {
    const found = at < this.text.length ? JSON.stringify(this.text.slice(at, at + 20)) : 'the end'
    return new Error(`memberOf ${JSON.stringify(this.text)}: found ${found} at character ${at + 1}; accepted: ${wanted}`)
  }
}

type Test = (value: string) => boolean

const COMPARISONS: Readonly<Record<string, ((argument: string) => Test) | undefined>> = {
  '==': (argument) => (value) => value === argument,
  '!=': (argument) => (value) => value !== argument,
  '>': (argument) => (value) => order(value, argument) > 0,
  '>=': (argument) => (value) => order(value, argument) >= 0,
  '<': (argument) => (value) => order(value, argument) < 0,
  '<=': (argument) => (value) => order(value, argument) <= 0,
  '=~': matching,
  '!~': (argument) => {
    const match = matching(argument)
    return (value) => !match(value)
  },
}

/** A regular expression must match the whole value. */
function matching(argument: string): Test {
  const pattern = new RegExp(`^(?:${argument})$`)
  return (value) => pattern.test(value)
}

/** Compares numbers and versions part by part, other texts by their characters. */
function order(a: string, b: string): number {
  const left = a.split('.')
  const right = b.split('.')
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? '0', right[i] ?? '0']
    const numeric = /^\d+$/.test(x) && /^\d+$/.test(y)
    if (numeric ? Number(x) !== Number(y) : x !== y) return (numeric ? Number(x) < Number(y) : x < y) ? -1 : 1
  }
  return 0
}

/** The values of a subject: one, none, or for `task:group` one per task. */
function valuesOf({ attributes, taskGroups }: InstanceAttributes, subject: string): readonly (string | null)[] {
  if (subject === 'task:group') return taskGroups
  const value = attributes[subject.replace(/^attribute:/, '')]
  return value === undefined ? [] : [value]
}
