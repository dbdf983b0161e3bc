/**
 * A YAML file with the places of its parts, so that every problem can say where. A path is a list of keys and list positions;
 * a problem is one sentence "found …; accepted: …" with a place. Values laid over the file (an axis value of `compare`, `--set`)
 * keep a place of their own.
 */
import { readFileSync, statSync } from 'node:fs'
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type YAMLError } from 'yaml'

export type Path = readonly (string | number)[]

export interface Place {
  /** File as the user named it, or an option of the command line. */
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Problem {
  readonly place: Place
  /** `workload.services.web.replicas`; empty for the whole file. */
  readonly path: string
  readonly message: string
}

/** What a file holds: plain data and its places, or what is wrong with its text. */
export type Read = { readonly source: Source } | { readonly problems: readonly Problem[] }

export interface Source {
  readonly file: string
  readonly data: Readonly<Record<string, unknown>>
  /** Place of the value at the path, or of its nearest present ancestor. */
  place(path: Path): Place
  /** Place of the key that ends the path, or of its nearest present ancestor. */
  keyPlace(path: Path): Place
}

const MOST_ALIASES = 100

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

export function parseSource(file: string, text: string): Read {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problem = (offset: number, message: string): Problem => ({ place: placeAt(offset), path: '', message })

  const wrongs = wrongsOf(document)
  if (wrongs.length > 0) {
    return {
      problems: wrongs.map((error) =>
        problem(error.pos[0], syntaxMessage(error.code, error.message, text.slice(error.pos[0], error.pos[0] + 80))),
      ),
    }
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { problems: [problem(0, 'found an empty file; accepted: an experiment with at least a cluster and a workload')] }
  }
  let data: unknown
  try {
    data = document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch (error) {
    const unresolved = /^Unresolved alias .*: (\S+)$/.exec(error instanceof Error ? error.message : '')?.[1]
    if (unresolved !== undefined)
      return {
        problems: [
          problem(
            aliasOffset(document, unresolved),
            `found the alias *${unresolved} before any &${unresolved}; accepted: aliases of values that stand above`,
          ),
        ],
      }
    return {
      problems: [
        problem(
          aliasOffset(document),
          `found aliases (*name) that multiply beyond reason; accepted: at most ${MOST_ALIASES} expanded aliases`,
        ),
      ],
    }
  }
  if (hasCycle(data))
    return {
      problems: [
        problem(
          aliasOffset(document),
          'found an alias (*name) inside the value it stands for; accepted: aliases of values that are complete',
        ),
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

/** What yaml merely warns of (a tag or a directive that it does not know) is an error too: the value would be another than its author thought. */
const wrongsOf = (document: Document.Parsed): readonly YAMLError[] => [...document.errors, ...document.warnings]

/** A single value, as `--set` takes it; undefined when it is not YAML, or an endless value. */
export function parseValue(text: string): { readonly value: unknown } | undefined {
  const document = parseDocument(text, { prettyErrors: false })
  if (wrongsOf(document).length > 0) return undefined
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES })
    return hasCycle(value) ? undefined : { value }
  } catch {
    return undefined // an alias of nothing, or too many
  }
}

function syntaxMessage(code: string, message: string, there: string): string {
  if (code === 'DUPLICATE_KEY') return `found the key ${show(there.split(/[:\n]/)[0].trim())} a second time; accepted: each key once`
  if (code === 'TAB_AS_INDENT') return 'found a tab in the indentation; accepted: spaces'
  return `found text that is not YAML: ${message.replace(/\s+/g, ' ')}`
}

/** Walks down as far as the path exists. An alias ends the walk: what stands behind it is written elsewhere, its use is here. */
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

/** `key:` with nothing behind it has a value without a width; the key is the better place. */
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

/** A value as an error names it. */
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

/** A path in words: list items by their name where they have one, so that it can be pasted into `compare` or `--set`. */
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

/** Problems in the order of reading, one line each: `file:line:column  path  message`. */
export function problemsText(problems: readonly Problem[]): string {
  return sorted(problems)
    .map(({ place, path, message }) =>
      [`${place.file}:${place.line}:${place.column}`, path, message].filter((part) => part !== '').join('  '),
    )
    .join('\n')
}

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
