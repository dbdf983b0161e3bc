/** Adopts a user's own autoscaler that answers one question per period: the common part of the axes replicas and sizes. */
import { adopt } from '../common/adopt.ts'
import type { Adopted, Form, Exported } from '../common/adopt.ts'
import type { Definition, ParameterValue } from '../common/define.ts'
import type { Time } from '../common/ids.ts'
import { readDuration } from '../common/units.ts'

/** Values of the parameters that the user's export declares. */
export type GivenValues = Readonly<Record<string, ParameterValue>>

/** The differences between the axes. */
export interface Axis<Made, View, Answer> {
  readonly family: string
  /** Name of the function that answers the question, in the export or in what its `create` returns. */
  readonly question: string
  /** Period when the export sets none [µs]. */
  readonly every: Time
  /** Returns a valid answer; throws an Error that names the autoscaler and what is accepted for any other. */
  readonly check: (name: string, answer: unknown) => Answer
  readonly make: (every: Time, ask: (view: View) => Answer) => Made
}

/** Adopts `{ name, every?, [question](view, values) }`, or `{ name, create(values, context) }` where `create` returns `{ every, [question](view) }` or null. */
export function adoptPeriodic<Made, View, Answer, Context>(
  axis: Axis<Made, View, Answer>,
  exported: unknown,
): Adopted<Definition<Made | null, Context>> {
  const adopted = adopt<Made | null, Context>(axis.family, exported, [
    fromQuestion<Made, View, Answer, Context>(axis),
    fromCreate<Made, View, Answer, Context>(axis),
  ])
  const every = everyOf((exported as Exported | null | undefined)?.['every'], axis.every)
  if (typeof every === 'number') return adopted
  return { problems: 'problems' in adopted ? [...adopted.problems, every] : [every] }
}

type Question = (view: unknown, values?: GivenValues) => unknown

function fromQuestion<Made, View, Answer, Context>(axis: Axis<Made, View, Answer>): Form<Made | null, Context> {
  return {
    name: axis.question,
    make: (exported) => (values) => {
      const name = String(exported['name'])
      const question = exported[axis.question] as Question
      // A parameter named `every`, which YAML can set, takes precedence over the fixed period. A wrong period is reported by adoptPeriodic.
      const every = (values['every'] ?? everyOf(exported['every'], axis.every)) as number
      return axis.make(every, (view) => axis.check(name, question.call(exported, view, values)))
    },
  }
}

function fromCreate<Made, View, Answer, Context>(axis: Axis<Made, View, Answer>): Form<Made | null, Context> {
  return {
    name: 'create',
    make: (exported) => (values, context) => {
      const name = String(exported['name'])
      const made = (exported['create'] as (values: GivenValues, context: Context) => unknown).call(exported, values, context)
      if (made === null) return null
      const own = made as Exported | undefined
      const every = own?.['every']
      const question = own?.[axis.question]
      if (typeof question !== 'function' || !isPeriod(every)) {
        throw new TypeError(
          `${name}: create must return null or { every, ${axis.question}(view) } with every in whole microseconds above 0`,
        )
      }
      return axis.make(every, (view) => axis.check(name, (question as Question).call(own, view)))
    },
  }
}

const isPeriod = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0

/** The period [µs] of `every: '15s'` or whole µs, `otherwise` when it is not given; a sentence with the problem when it is neither. */
export function everyOf(given: unknown, otherwise: Time): Time | string {
  if (given === undefined) return otherwise
  const every = typeof given === 'string' ? durationOf(given) : given
  return isPeriod(every)
    ? every
    : `every must be a duration above 0 such as '15s', or whole microseconds, found ${JSON.stringify(given) ?? typeof given}`
}

function durationOf(text: string): number | undefined {
  try {
    return readDuration(text)
  } catch {
    return undefined
  }
}
