/**
 * A user's algorithm under guard: every call of it is entered and left (code.ts), and its functions get read-only views while they are
 * checked. Calls are guarded where orchsim calls the adopted algorithm, once per placement or pick, not around each score.
 */
import type { Adopted, Definition } from '../../sim/index.ts'
import { call, enter, leave, located, thread, type OwnCode } from './code.ts'
import { ReadOnly } from './read-only.ts'

type Any = (...args: unknown[]) => unknown

/** Adopts a default export so that its functions and all that they return are guarded. */
export function adoptGuarded<Made, Context>(
  exported: unknown,
  code: OwnCode,
  adopt: (exported: unknown) => Adopted<Definition<Made, Context>>,
): Adopted<Definition<Made, Context>> {
  const adopted = adopt(withReadOnly(exported, code, new ReadOnly(code)))
  if ('problems' in adopted) return adopted
  const { definition } = adopted
  return {
    definition: {
      ...definition,
      create: (values, context) =>
        entered(
          call(code, () => definition.create(values, context)),
          code,
        ),
    },
  }
}

/** The object with functions that count as calls of the user's code. Other properties are read from the object itself at each use. */
function entered<Made>(made: Made, code: OwnCode): Made {
  return withFunctions(made, (own) => (...args) => {
    const before = thread.current
    enter(code)
    try {
      return own(...args)
    } catch (error) {
      throw located(error, code)
    } finally {
      leave(before)
    }
  })
}

/** The object with functions that get read-only arguments while this run checks them; what `create` returns, likewise. */
function withReadOnly<Value>(value: Value, code: OwnCode, views: ReadOnly): Value {
  return withFunctions(value, (own, key) => {
    const checked: Any = (...args) =>
      thread.checkedReads > 0
        ? own(
            ...args.map((arg) => {
              thread.checkedReads--
              return views.of(arg, '')
            }),
          )
        : own(...args)
    return key === 'create' ? (...args) => withReadOnly(checked(...args), code, views) : checked
  })
}

/** An object that inherits from `value`, with each of its functions replaced; primitives and null as they are. */
function withFunctions<Value>(value: Value, replace: (own: Any, key: string) => Any): Value {
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.create(value) as Record<string, unknown>
  for (let level: object = value; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const key of Object.getOwnPropertyNames(level)) {
      if (key === 'constructor' || Object.hasOwn(copy, key)) continue
      const read = (): unknown => (value as Record<string, unknown>)[key]
      const found = read()
      const enumerable = level === value
      if (typeof found === 'function') {
        const own = found as (this: unknown, ...args: unknown[]) => unknown
        Object.defineProperty(copy, key, {
          value: replace((...args) => own.apply(value, args), key),
          enumerable,
          writable: true,
          configurable: true,
        })
      } else if (enumerable) Object.defineProperty(copy, key, { get: read, enumerable, configurable: true })
    }
  }
  return copy as Value
}
