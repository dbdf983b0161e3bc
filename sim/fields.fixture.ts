/**
 * The tables of what an own algorithm may read, made from the types: `npm run docs` writes them into the READMEs of the families, a test
 * compares. A block names the file, the types and how an algorithm calls each of them:
 *
 *   <!-- fields of cluster/views.ts: NodesView as nodes, PodsView as pods; made by npm run docs -->
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** READMEs with such blocks, relative to this folder. */
export const WITH_FIELDS = [
  'scheduling/README.md',
  'binpacking/README.md',
  'autoscaling/README.md',
  'autoscaling/nodes/README.md',
  'slb/README.md',
]

const BLOCK = /(<!-- fields of (\S+): ([^;]+); made by npm run docs -->\n)[\s\S]*?(<!-- \/fields -->)/g

/** A property or function of an interface. */
interface Field {
  readonly name: string
  /** As written. */
  readonly type: string
  readonly meaning: string
}

/** The text of a README of this folder. */
export const readmeText = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** The README with the tables of now. */
export function withFields(readme: string): string {
  let blocks = 0
  const made = readme.replace(BLOCK, (_, begin: string, file: string, list: string, end: string) => {
    blocks++
    return `${begin}\n${tablesOf(file, list)}\n${end}`
  })
  if (blocks === 0) throw new Error('the README has no block of fields')
  return made
}

function tablesOf(file: string, list: string): string {
  const tables = list.split(', ').map((entry) => {
    const [type, as] = entry.split(' as ')
    const rows = fieldsOf(file, type).map(
      ({ name, type: of, meaning }) => `| \`${as}.${name}\` | \`${of.replaceAll('|', '\\|')}\` | ${meaning} |`,
    )
    return `| \`${type}\` | type | what it is |\n|---|---|---|\n${rows.join('\n')}\n`
  })
  return tables.join('\n')
}

/** The members of an interface of a file; throws for a member without a comment. */
function fieldsOf(file: string, type: string): Field[] {
  const text = readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  const found = source.statements.find((one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === type)
  if (found === undefined) throw new Error(`${file} has no interface ${type}`)
  return found.members.map((member) => {
    const meaning = commentOf(member, text)
    const of = member.getText(source).replace(/^readonly /, '')
    const name = member.name!.getText(source)
    if (meaning === '') throw new Error(`${file}: ${type}.${name} has no comment`)
    const call = ts.isMethodSignature(member)
    const parameters = call ? member.parameters.map((parameter) => parameter.name.getText(source)).join(', ') : ''
    const shown = of.replace(/^[^:(]*(\([^)]*\))?\??: /, '').replace(/;$/, '')
    return { name: call ? `${name}(${parameters})` : name, type: call ? member.type!.getText(source) : shown, meaning }
  })
}

/** The comment before a member, or behind it on its line. */
function commentOf(member: ts.Node, text: string): string {
  const before = ts.getLeadingCommentRanges(text, member.getFullStart()) ?? []
  const behind = ts.getTrailingCommentRanges(text, member.getEnd()) ?? []
  // A comment behind the member above is in front of this one as well; it is on another line.
  const own = before.filter(({ kind }) => kind === ts.SyntaxKind.MultiLineCommentTrivia)
  return [...own, ...behind]
    .map(({ pos, end }) => text.slice(pos, end))
    .map((comment) =>
      comment
        .replace(/^\/\*\*?|\*\/$|^\/\/|^\s*\* ?/gm, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .join('; ')
    .replaceAll('|', '\\|')
}
