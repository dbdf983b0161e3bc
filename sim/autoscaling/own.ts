/** A user's own autoscaler that answers one question every period: what the axes replicas and sizes have in common. */
import { adopt } from '../common/adopt.ts'
import type { Adopted, Door, Exported } from '../common/adopt.ts'
import type { Definition, ParameterValue } from '../common/define.ts'
import { readDuration } from '../common/units.ts'

export type GivenValues = Readonly<Record<string, ParameterValue>>

export interface Axis<Made, View, Answer> {
  readonly family: string
  /** Name of the function that a narrow door has, and a whole autoscaler too. */
  readonly question: string
  /** Period when the object names none [µs]. */
  readonly every: number
  /** The answer when it can be used, else an error that says what would be. */
  readonly check: (name: string, answer: unknown) => Answer
  readonly make: (every: number, ask: (view: View) => Answer) => Made
}

/** `{ name, every?, [question](view, values) }`, or `{ name, create(values, context) }` that gives `{ every, [question](view) }` or null. */
export function adoptPeriodic<Made, View, Answer, Context>(
  axis: Axis<Made, View, Answer>,
  exported: unknown,
): Adopted<Definition<Made | null, Context>> {
  const adopted = adopt<Made | null, Context>(axis.family, exported, [
    narrow<Made, View, Answer, Context>(axis),
    wide<Made, View, Answer, Context>(axis),
  ])
  const every = everyOf((exported as Exported | null | undefined)?.['every'], axis.every)
  if (typeof every === 'number') return adopted
  return { problems: 'problems' in adopted ? [...adopted.problems, every] : [every] }
}

type Question = (view: unknown, values?: GivenValues) => unknown

function narrow<Made, View, Answer, Context>(axis: Axis<Made, View, Answer>): Door<Made | null, Context> {
  return {
    name: axis.question,
    make: (exported) => (values) => {
      const name = String(exported['name'])
      const question = exported[axis.question] as Question
      // A parameter of that name, which YAML can set, comes before the fixed period; a wrong one was reported when it was adopted.
      const every = (values['every'] ?? everyOf(exported['every'], axis.every)) as number
      return axis.make(every, (view) => axis.check(name, question.call(exported, view, values)))
    },
  }
}

function wide<Made, View, Answer, Context>(axis: Axis<Made, View, Answer>): Door<Made | null, Context> {
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

/** `every: '15s'` or whole µs, or `otherwise` when it is not given; a sentence when it is neither. */
export function everyOf(given: unknown, otherwise: number): number | string {
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
