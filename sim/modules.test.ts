import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withModules } from './modules.fixture.ts'
import { Assembly } from './part.ts'

const root = new URL('../', import.meta.url)
const text = (file: string): string => readFileSync(new URL(file, root), 'utf8')

it('the README has the drawing that the imports make (npm run docs)', () => {
  const readme = text('sim/README.md')
  expect(readme).toBe(withModules(readme))
})

const quoted = (list: string): string[] => [...list.matchAll(/'([^']+)'/g)].map(([, one]) => one)

/** What eslint.config.js leaves out: ignored files, and rules that are off; the limits, so that a second block cannot widen one. */
function eslintExceptions(): string[] {
  const config = text('eslint.config.js')
  const ignored = [...config.matchAll(/ignores: \[([^\]]*)\]/g)].flatMap(([, list]) => quoted(list))
  const off = [...config.matchAll(/'([\w@/-]+)': (?:'off'|'warn'|0|\['(?:off|warn)')/g)].map(([, rule]) => rule)
  const limits = [...config.matchAll(/'(max-[\w-]+|jsdoc\/[\w-]+)':/g)].map(([, rule]) => rule)
  return [...ignored, ...off, ...limits]
}

interface CruiserRules {
  readonly forbidden: readonly { readonly severity: string; readonly from: { readonly pathNot?: string | readonly string[] } }[]
  readonly options: { readonly doNotFollow: { readonly path: string }; readonly exclude: { readonly path: readonly string[] } }
}

async function cruiserExceptions(): Promise<string[]> {
  const rules = (await import(new URL('.dependency-cruiser.mjs', root).href)) as { readonly default: CruiserRules }
  const { forbidden, options } = rules.default
  expect(forbidden.map(({ severity }) => severity)).toEqual(forbidden.map(() => 'error'))
  return [options.doNotFollow.path, ...options.exclude.path, ...forbidden.flatMap(({ from }) => from.pathNot ?? [])]
}

function knipExceptions(): string[] {
  const { rules, ...rest } = JSON.parse(text('knip.json')) as { rules: Record<string, string> } & Record<string, unknown>
  const ignored = Object.entries(rest).filter(([key]) => key.startsWith('ignore'))
  return [...ignored.flatMap(([key, value]) => (Array.isArray(value) ? (value as string[]) : [key])), ...Object.keys(rules)]
}

/** Comments that take code out of a check, by what they are; those of the formatter in tests are one exception. */
function inlineExceptions(): string[] {
  const comment = new RegExp(
    '(eslint' + '-disable|@ts-' + '(?:ignore|expect-error|nocheck)|prettier' + '-ignore|v8 ' + 'ignore|@knip' + 'ignore)',
    'g',
  )
  return ['sim', 'workloads', 'experiments', 'reports', 'bench', 'scripts', 'bin'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js|mjs)$/.test(file) && !file.endsWith('.min.mjs'))
      .flatMap((file) => {
        const found = text(`${folder}/${file}`).match(comment) ?? []
        return found.map((one) => (one === 'prettier' + '-ignore' && file.endsWith('.test.ts') ? one : `${one} in ${folder}/${file}`))
      }),
  )
}

it('CONTRIBUTING.md lists every exception to the lint limits, and no others', async () => {
  const [, section] = text('CONTRIBUTING.md').split('## Exceptions to the lint limits')
  const rows = [...section.matchAll(/^\| (`.*?) \| /gm)]
  const listed = rows.flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, one]) => one.replace('\\|', '|')))
  const prettier = text('.prettierignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const made = [...eslintExceptions(), ...(await cruiserExceptions()), ...knipExceptions(), ...prettier, ...inlineExceptions()]
  // The folder of the rules themselves, which is no exception from them.
  const own = ['^bench/', '^sim/testing/']
  expect([...new Set(listed)].sort()).toEqual([...new Set(made)].filter((one) => !own.includes(one)).sort())
})

it('a part whose field has the name of a call is refused when it is made', () => {
  expect(() => Assembly.from({}).part('idle', () => ({ notes: ['a list'] }))).toThrow(
    'the part idle has a field notes, which is a call of every part',
  )
  expect(
    Assembly.from({})
      .part('idle', () => ({ notes: () => ['a sentence'] }))
      .notes(),
  ).toEqual(['a sentence'])
})
