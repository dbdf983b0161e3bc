/** Turns the default export of a plugin file into a definition, or says what is wrong with it. */
import { adopt, type Adopted, type Exported, type Form } from '../../../../common/adopt.ts'
import { DEPENDENCIES, NORMALIZATIONS, type OwnPlugin, type PluginDefinition, type PluginFunctions } from './policy.ts'

/** Keys that stand beside `file`. */
export const PLUGIN_KEYS = {
  weight: { kind: 'integer', default: 1, min: 1, max: 100, meaning: 'weight of its score' },
  point: {
    kind: 'choice',
    choices: ['all', 'filter', 'score'],
    default: 'all',
    meaning: 'extension point at which it runs; all: at each that it has a function for',
  },
  profile: { kind: 'name', default: 'all', meaning: 'the profile of config in which it runs; all: in each' },
} as const

/** Adopts a default export. */
export function adoptPlugin(exported: unknown): Adopted<PluginDefinition> {
  const adopted = adopt<PluginFunctions, undefined>('plugin', exported, [functions('filter'), functions('score')])
  const problems = 'problems' in adopted ? [...adopted.problems] : []
  if (typeof exported !== 'object' || exported === null) return { problems }
  const given = exported as Exported
  const { depends, normalize } = given
  const oneOf = (key: string, accepted: readonly string[], optional: boolean): void => {
    const found = given[key]
    if (accepted.includes(found as string) || (optional && found === undefined)) return
    problems.push(`${key} must be one of ${accepted.join(', ')}, found ${JSON.stringify(found) ?? 'nothing'}`)
  }
  oneOf('depends', DEPENDENCIES, false)
  oneOf('normalize', NORMALIZATIONS, true)
  if (normalize !== undefined && typeof given['score'] !== 'function') problems.push('normalize needs a function score, found none')
  const named = 'problems' in adopted ? [] : Object.keys(adopted.definition.parameters)
  for (const key of named.filter((one) => one === 'file' || one in PLUGIN_KEYS))
    problems.push(`parameters.${key} has the name of a key that every plugin has beside file; accepted: another name`)
  if ('problems' in adopted || problems.length > 0) return { problems }
  const { definition } = adopted
  return {
    definition: {
      ...definition,
      depends: depends as OwnPlugin['depends'],
      normalize: (normalize as OwnPlugin['normalize']) ?? null,
      points: (['filter', 'score'] as const).filter((point) => typeof given[point] === 'function'),
    },
  }
}

const functions = (name: 'filter' | 'score'): Form<PluginFunctions, undefined> => ({
  name,
  make: (exported) => (values) => {
    const own = exported as unknown as OwnPlugin
    return {
      ...(typeof own.filter === 'function' ? { filter: (pod, node, cluster) => own.filter!(pod, node, cluster, values) } : {}),
      ...(typeof own.score === 'function' ? { score: (pod, node, cluster) => own.score!(pod, node, cluster, values) } : {}),
    }
  },
})
