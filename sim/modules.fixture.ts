/** The drawing of the modules of sim, made from the imports: `npm run docs` writes it into the README, a test compares. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const IMPORT = /^(?:import|export)\b[^'"`;]*?from '(\.[^']+)'|^import '(\.[^']+)'/gm
const BEGIN = '<!-- modules: made by npm run docs from the imports -->'
const END = '<!-- /modules -->'

/** The module of a file: its first folder, or its own name in the root. */
const moduleOf = (file: string): string => file.split('/').slice(0, 1)[0].replace(/\.ts$/, '')

/** By module: the modules that it imports, tests and fixtures aside. */
function imports(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const name of readdirSync(root, { recursive: true }).map(String).sort()) {
    const file = name.replaceAll('\\', '/')
    if (!file.endsWith('.ts') || /\.(test|fixture)\.ts$/.test(file) || file.startsWith('testing/')) continue
    const from = moduleOf(file)
    const to = found.get(from) ?? new Set<string>()
    found.set(from, to)
    for (const match of readFileSync(join(root, file), 'utf8').matchAll(IMPORT)) {
      const target = moduleOf(relative(root, resolve(root, dirname(file), match[1] ?? match[2])).replaceAll('\\', '/'))
      if (target !== from) to.add(target)
    }
  }
  return found
}

/** Modules from the top row to the bottom row; a module stands above all that it imports. */
export function modulesText(): string {
  const found = imports()
  const rows = new Map<string, number>()
  const rowOf = (name: string): number => {
    const known = rows.get(name)
    if (known !== undefined) return known
    rows.set(name, 0) // a cycle, which lint refuses, would otherwise not end
    const row = Math.max(-1, ...[...(found.get(name) ?? [])].map(rowOf)) + 1
    rows.set(name, row)
    return row
  }
  const names = [...found.keys()].sort((a, b) => rowOf(b) - rowOf(a) || (a < b ? -1 : 1))
  const width = Math.max(...names.map((name) => name.length))
  return names
    .map((name) => {
      const below = [...(found.get(name) ?? [])].sort((a, b) => rowOf(b) - rowOf(a) || (a < b ? -1 : 1))
      return `${String(rowOf(name)).padStart(2)}  ${name.padEnd(width)}  ${below.length === 0 ? '' : `imports ${below.join(', ')}`}`.trimEnd()
    })
    .join('\n')
}

/** The README with the drawing of now. */
export function withModules(readme: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`sim/README.md has no block between ${BEGIN} and ${END}`)
  return `${readme.slice(0, begin)}${BEGIN}\n\`\`\`text\n${modulesText()}\n\`\`\`\n${readme.slice(end)}`
}
