/** Words that texts for users do not contain, since they are metaphors or ambiguous here; each with its replacement. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { schemaText } from '../file/json-schema.ts'
import { main } from './cli.ts'
import { commands } from './index.ts'

const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bluck(y|ily)?\b/i, 'random draws'],
  [/\bwish(es|ed)?\b/i, 'recommendation'],
  [/\banew\b/i, 'again'],
  [/\b(told|tells)\b(?!.*\bapart\b)/i, 'is notified, reports'],
  [/\bbrought\b(?! up to date)/i, 'bundled'],
  [/\b(is|are) through\b/i, 'finished, completed'],
  [/\bso (many|long)\b/i, 'count, duration'],
  [/\bin (its|their) place\b/i, 'instead'],
  [/\bdoors?\b/i, 'entry point, interface'],
  [/\bseats?\b/i, 'slot, role'],
  [/\brooms?\b/i, 'capacity, free space; module'],
  [/\bhouses?\b/i, 'project'],
  [/\bnews\b/i, 'update'],
  [/\b(hears?|listens to)\b/i, 'is notified'],
  [/\bof old\b/i, 'earlier'],
  [/\bwhat comes\b/i, 'upcoming, or name it'],
  [/\bcomes? and goe?s?\b/i, 'arrive and leave'],
  [/\bknows? nothing\b/i, 'state what is unknown'],
  [/\b(MOST|LEAST)_[A-Z]+\b/, 'MAX_, MIN_'],
]

/** Keys and values of the experiment file that contain such a word: a measure of `worst-fit`. */
const ALLOWED = /\bsize: room\b|\bdefault room\b|\bmeasured: room\b|^\s*"room",?$/g

interface Text {
  readonly place: string
  readonly text: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** "place: word (replacement) in text" for each banned word. */
function hits(texts: readonly Text[]): string[] {
  return texts.flatMap(({ place, text }) =>
    text.split('\n').flatMap((line) => {
      const checked = line.replaceAll(ALLOWED, '')
      return BANNED.filter(([pattern]) => pattern.test(checked)).map(
        ([pattern, instead]) => `${place}: "${pattern.exec(checked)?.[0] ?? ''}" (${instead}) in: ${line.trim().slice(0, 160)}`,
      )
    }),
  )
}

async function output(...args: string[]): Promise<Text> {
  let text = ''
  const screen = { write: (more: string) => void (text += more) }
  await main(args, { out: screen, err: screen }, new AbortController().signal)
  return { place: `orchsim ${args.join(' ')}`, text }
}

/** Files below the folders of the project, without installed packages, builds and results. */
function files(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'results'].includes(entry.name) || entry.name.startsWith('.') ? [] : files(path, ending)
    return entry.name.endsWith(ending) ? [path] : []
  })
}

const read = (file: string): Text => ({ place: relative('.', file), text: readFileSync(join(root, file), 'utf8') })

/** String and template literals that contain a space, with their lines. */
function literals(file: string): Text[] {
  const { text } = read(file)
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)
  const found: Text[] = []
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteral(node) ||
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    )
      if (node.text.includes(' '))
        found.push({ place: `${file}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`, text: node.text })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

describe('texts for users do not contain banned words', () => {
  it('output of list', async () => expect(hits([await output('list')])).toEqual([]))

  it('help of every command', async () => {
    const texts = await Promise.all([[], ...commands.map(({ name }) => [name])].map((args) => output(...args, '--help')))
    expect(hits(texts)).toEqual([])
  })

  it('JSON Schema', () => expect(hits([{ place: 'schema', text: schemaText() }])).toEqual([]))

  it('pages', () =>
    expect(
      hits(
        files('', '.md')
          .filter((file) => file !== 'CHANGELOG.md')
          .map(read),
      ),
    ).toEqual([]))

  it.each(['sim', 'workloads', 'reports', 'experiments'])('strings in the sources of %s', (folder) => {
    const sources = files(folder, '.ts').filter((file) => !/\.(test|fixture)\.ts$/.test(file))
    expect(sources.length).toBeGreaterThan(20)
    expect(hits(sources.flatMap(literals))).toEqual([])
  })
})
