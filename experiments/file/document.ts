/**
 * A YAML file with the places of its parts, so that every problem has one. A path is a list of keys and list indices; a problem is one
 * sentence "found …; accepted: …" with a place. Values that replace those of the file (axis values of `compare`, `--set`) have their own
 * places.
 */
import { readFileSync, statSync } from 'node:fs'
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type YAMLError } from 'yaml'
import { plainText } from '../../reports/index.ts'

export type Path = readonly (string | number)[]

/** One problem of a file, at a path of its data. */
export interface Issue {
  readonly path: Path
  /** The key itself is meant, not its value. */
  readonly onKey?: boolean
  readonly message: string
  /** The place, for a problem in another file; absent: that of the path. */
  readonly place?: Place
}

/** A position in a file. */
export interface Place {
  /** File as the user named it, or an option of the command line. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One problem of a file, for the user. */
export interface Problem {
  readonly place: Place
  /** `workload.services.web.replicas`; empty for the whole file. */
  readonly path: string
  readonly message: string
}

/** The contents of a file, or the problems of its text. */
export type Read = { readonly source: Source } | { readonly problems: readonly Problem[] }

/** Plain data and the places of its parts. */
export interface Source {
  readonly file: string
  readonly data: Readonly<Record<string, unknown>>
  /** Place of the value at the path, or of its nearest ancestor in the file. */
  place(path: Path): Place
  /** Place of the key at the end of the path, or of its nearest ancestor in the file. */
  keyPlace(path: Path): Place
}

const MAX_ALIASES = 100

/** Reads a file. */
export function readSource(file: string): Read {
  const wrong = (message: string): Read => ({ problems: [{ place: { file, line: 1, column: 1 }, path: '', message }] })
  let bytes: Buffer
  try {
    if (statSync(file).isDirectory()) return wrong('found a directory; accepted: a YAML file')
    bytes = readFileSync(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return wrong(
      code === 'ENOENT' ? 'found no such file; accepted: a YAML file' : `found a file that cannot be read (${code}); accepted: a YAML file`,
    )
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return wrong('found bytes that are not UTF-8 text; accepted: a YAML file')
  }
  return parseSource(file, text)
}

/** Parses YAML; `file` is the name in its problems. */
export function parseSource(file: string, text: string): Read {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problem = (offset: number, message: string): Problem => ({ place: placeAt(offset), path: '', message })

  const errors = errorsOf(document)
  // In flow style the braces of a variable are those of a map, which gives an error for each of its characters.
  const variable = errors.length > 0 ? VARIABLE.exec(text) : null
  if (variable !== null) return { problems: [problem(variable.index, `found ${variable[0]}${NOT_REPLACED}`)] }
  if (errors.length > 0) {
    return {
      problems: errors.map((error) =>
        problem(error.pos[0], syntaxMessage(error.code, error.message, text.slice(error.pos[0], error.pos[0] + 80))),
      ),
    }
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { problems: [problem(0, 'found an empty file; accepted: an experiment with at least a cluster and a workload')] }
  }
  let data: unknown
  try {
    data = document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (error) {
    const unresolved = /^Unresolved alias .*: (\S+)$/.exec(error instanceof Error ? error.message : '')?.[1]
    if (unresolved !== undefined)
      return {
        problems: [
          problem(
            aliasOffset(document, unresolved),
            `found the alias *${unresolved} before any &${unresolved}; accepted: aliases of values above`,
          ),
        ],
      }
    return {
      problems: [
        problem(
          aliasOffset(document),
          `found aliases (*name) that expand to too many values; accepted: at most ${MAX_ALIASES} expanded aliases`,
        ),
      ],
    }
  }
  if (hasCycle(data))
    return {
      problems: [
        problem(aliasOffset(document), 'found an alias (*name) inside the value that it refers to; accepted: aliases of complete values'),
      ],
    }
  if (!isMap(document.contents)) {
    return {
      problems: [
        problem(document.contents.range?.[0] ?? 0, `found ${show(data)}; accepted: a map of sections such as cluster: and workload:`),
      ],
    }
  }
  const root = document.contents as Node
  return {
    source: {
      file,
      data: data as Record<string, unknown>,
      place: (path) => placeAt(offsetOf(root, path, false)),
      keyPlace: (path) => placeAt(offsetOf(root, path, true)),
    },
  }
}

const VARIABLE = /\$\{[A-Za-z_]\w*\}/

/** Whether a value is a variable of a shell or a template. */
export const isVariable = (value: unknown): boolean => typeof value === 'string' && VARIABLE.test(value)

/** After a variable in a message. */
export const NOT_REPLACED =
  ', a variable; accepted: a value. Variables are not replaced: use --set path=value, or replace them before, as envsubst does'

/** Warnings (an unknown tag or directive) count as errors, since the value would differ from what the author meant. */
const errorsOf = (document: Document.Parsed): readonly YAMLError[] => [...document.errors, ...document.warnings]

/** A single value, as in `--set`; undefined when it is not valid YAML or contains itself. */
export function parseValue(text: string): { readonly value: unknown } | undefined {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' })
  if (errorsOf(document).length > 0) return undefined
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
    return hasCycle(value) ? undefined : { value }
  } catch {
    return undefined // an alias without an anchor, or too many
  }
}

function syntaxMessage(code: string, message: string, excerpt: string): string {
  if (code === 'DUPLICATE_KEY') return `found the key ${show(excerpt.split(/[:\n]/)[0].trim())} a second time; accepted: each key once`
  if (code === 'TAB_AS_INDENT') return 'found a tab in the indentation; accepted: spaces'
  return `found text that is not YAML: ${message.replace(/\s+/g, ' ')}`
}

/** Offset of the path, as far as it exists. An alias ends the walk: its use is at this place, its value at another. */
function offsetOf(root: Node, path: Path, wantsKey: boolean): number {
  let node: Node = root
  let offset = node.range?.[0] ?? 0
  for (let depth = 0; depth < path.length; depth++) {
    const step = path[depth]
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(step))
      if (pair === undefined) break
      const key = isNode(pair.key) ? pair.key.range?.[0] : undefined
      if (key !== undefined) offset = key
      if (!isNode(pair.value) || isEmpty(pair.value)) break
      node = pair.value
      const last = depth === path.length - 1
      if (!(last && wantsKey)) offset = node.range?.[0] ?? offset
    } else if (isSeq(node)) {
      const item = node.items[Number(step)]
      if (!isNode(item)) break
      node = item
      offset = node.range?.[0] ?? offset
    } else break
    if (isAlias(node)) break
  }
  return offset
}

/** `key:` without a value has a value of zero width; the key is the better place. */
const isEmpty = (node: Node): boolean => isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]

/** The first alias, or the first of that name. */
function aliasOffset(document: Document, name?: string): number {
  let first = 0
  const visit = (node: unknown): boolean => {
    if (isAlias(node) && (name === undefined || node.source === name)) {
      first = node.range?.[0] ?? 0
      return true
    }
    if (isMap(node)) return node.items.some((pair) => visit(pair.key) || visit(pair.value))
    if (isSeq(node)) return node.items.some(visit)
    return false
  }
  visit(document.contents)
  return first
}

function hasCycle(value: unknown, above: readonly object[] = []): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (above.includes(value)) return true
  const inside = [...above, value]
  return Object.values(value).some((part) => hasCycle(part, inside))
}

/** A value as error messages print it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'an empty value'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map'
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
  return Object.is(value, NaN) ? 'NaN' : String(value)
}

/** The value at a path, undefined where there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

/** A path as text, with list items by their names, so that it can be pasted into `compare` or `--set`. */
export function pathText(data: unknown, path: Path): string {
  let text = ''
  let value = data
  for (const step of path) {
    const parent = value
    value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined
    const name = Array.isArray(parent) && typeof value === 'object' && value !== null ? (value as { name?: unknown }).name : undefined
    if (typeof step === 'number') text += typeof name === 'string' && name !== '' ? `.${name}` : `[${step}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

/** Problems in the order of the files and lines, one line each: `file:line:column  path  message`. */
export function problemsText(problems: readonly Problem[]): string {
  return sorted(problems)
    .map(({ place, path, message }) =>
      plainText([`${place.file}:${place.line}:${place.column}`, path, message].filter((part) => part !== '').join('  ')),
    )
    .join('\n')
}

/** Problems without duplicates, in the order of the files and lines. */
export function sorted(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map((p) => p.place.file))]
  const seen = new Set<string>()
  return problems
    .filter((p) => {
      const key = `${p.place.file}\n${p.place.line}\n${p.place.column}\n${p.path}\n${p.message}`
      return !seen.has(key) && seen.add(key)
    })
    .sort(
      (a, b) => files.indexOf(a.place.file) - files.indexOf(b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column,
    )
}
