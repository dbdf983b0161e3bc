/**
 * The documents of a file: YAML or JSON, several documents, and lists, which are read item by item, so that memory is bounded by the text
 * and one object. The tree of a document takes about 75 times its text.
 */
import { readFileSync, readSync, statSync } from 'node:fs'
import { isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import type { Findings, Place } from './findings.ts'
import { DEEPEST_NESTING, tooDeepAt } from './nesting.ts'
import { Part, type Reading } from './part.ts'

/** Longest file, and longest object or document that is not a list [bytes; characters]. An object in etcd has at most 1.5 MiB. */
const MIB = 1_048_576
export const LONGEST_FILE = 64 * MIB
export const LONGEST_DOCUMENT = 8 * MIB
/** Documents below this size are not split into their items. */
const SPLIT = MIB / 4

/** The name of the standard input. */
export const STANDARD_INPUT = '-'

/** Calls `visit` with the root of every document of a file, items of split lists one by one; problems of the text go to `findings`. */
export function eachDocument(file: string, findings: Findings, visit: (root: Part) => void): void {
  const text = textOf(file, findings)
  if (text === undefined) return
  for (const piece of piecesOf(text)) {
    if (piece.text.length > LONGEST_DOCUMENT) {
      refuse(
        findings,
        file,
        piece.line,
        `found a document of ${mib(piece.text.length)}; accepted: at most ${mib(LONGEST_DOCUMENT)}, or a List, as kubectl prints it`,
      )
      continue
    }
    const deep = tooDeepAt(piece.text)
    if (deep !== undefined) {
      refuse(
        findings,
        file,
        piece.line + lineBreaks(piece.text, 0, deep),
        `found maps and lists within each other more than ${DEEPEST_NESTING} deep; accepted: at most ${DEEPEST_NESTING}`,
        deep - piece.text.lastIndexOf('\n', deep - 1),
      )
      continue
    }
    const root = parsed(file, piece, findings)
    if (root !== undefined) visit(root)
  }
}

const mib = (bytes: number): string => `${Math.ceil(bytes / MIB)} MiB`

const refuse = (findings: Findings, file: string, line: number, message: string, column = 1): void =>
  findings.error({ place: { file, line, column }, object: '', path: '' }, message)

function textOf(file: string, findings: Findings): string | undefined {
  const wrong = (found: string): undefined => void refuse(findings, file, 1, `found ${found}; accepted: a YAML or JSON file`)
  try {
    if (file !== STANDARD_INPUT) {
      const stats = statSync(file)
      if (stats.isDirectory()) return wrong('a directory')
      if (stats.size > LONGEST_FILE)
        return void refuse(
          findings,
          file,
          1,
          `found a file of ${mib(stats.size)}; accepted: at most ${mib(LONGEST_FILE)}; split it, or print fewer kinds, as kubectl get deployments,statefulsets,services -o yaml does`,
        )
    }
    const bytes = file === STANDARD_INPUT ? standardInput() : readFileSync(file)
    if (bytes.length > LONGEST_FILE) return wrong(`more than ${mib(LONGEST_FILE)}`)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return wrong('no such file')
    return wrong(
      code === undefined || code.startsWith('ERR_ENCODING') ? 'bytes that are not UTF-8 text' : `a file that cannot be read (${code})`,
    )
  }
}

/** The standard input, until it is longer than the longest file. */
function standardInput(): Buffer {
  const chunks: Buffer[] = []
  for (let total = 0; total <= LONGEST_FILE;) {
    const chunk = Buffer.allocUnsafe(MIB)
    const read = readSync(0, chunk)
    if (read === 0) break
    chunks.push(chunk.subarray(0, read))
    total += read
  }
  return Buffer.concat(chunks)
}

/** Text that is parsed by itself, and the line of the file at which it begins. */
interface Piece {
  readonly text: string
  readonly line: number
  /** An item of a list: the document is a list whose only item is meant. */
  readonly item: boolean
  /** File of the chart that `helm template` names above the object. */
  readonly source: string
}

/** The pieces of a text, in order. Documents without content are left out. */
function* piecesOf(text: string): Generator<Piece> {
  for (const document of documentsOf(text)) {
    const source = /^# Source: (.*?)\s*$/m.exec(document.text.slice(0, 4096))?.[1] ?? ''
    const piece = { ...document, item: false, source }
    if (document.text.length > SPLIT) yield* itemsOf(piece)
    else yield piece
  }
}

/** Documents end at a line that begins with `---` or `...`, which no scalar may contain. */
function* documentsOf(text: string): Generator<{ readonly text: string; readonly line: number }> {
  const mark = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm
  let start = 0
  let line = 1
  let counted = 0
  let pending = line
  const cut = (end: number): { readonly text: string; readonly line: number } => ({ text: text.slice(start, end), line: pending })
  for (const { index, 0: found } of text.matchAll(mark)) {
    line += lineBreaks(text, counted, index)
    counted = index
    const before = cut(index)
    const ends = found === '...'
    const content = hasContent(before.text)
    // Comments and directives before the first `---` belong to the document that it begins.
    if (!ends && !content && !before.text.startsWith('---')) continue
    if (content) yield before
    const next = ends ? Math.max(index + 3, text.indexOf('\n', index) + 1 || text.length) : index
    start = next
    pending = line + lineBreaks(text, index, next)
  }
  const last = cut(text.length)
  if (hasContent(last.text)) yield last
}

const hasContent = (text: string): boolean => /^(?![ \t\r]*(?:#|%|$)|---[ \t\r]*(?:#|$))/m.test(text)

function lineBreaks(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** Lists as kubectl prints them, in YAML (`- ` at the first column) or JSON (four spaces of indentation), item by item; others whole. */
function* itemsOf(piece: Piece): Generator<Piece> {
  const { text, line, source } = piece
  const list = /^items:[ \t]*\r?\n(?=- )|^ {4}"items": \[\r?\n/m.exec(text)
  if (list === null) {
    yield piece
    return
  }
  const json = list[0].startsWith(' ')
  const begins = json ? /^ {8}\{/gm : /^- /gm
  const ends = json ? /^ {4}\]/gm : /^[^\s#-]/gm
  ends.lastIndex = begins.lastIndex = list.index + list[0].length
  const end = ends.exec(text)?.index ?? text.length
  let counted = 0
  let at = line
  let start = begins.exec(text)?.index ?? end
  while (start < end) {
    begins.lastIndex = start + 1
    const next = Math.min(begins.exec(text)?.index ?? end, end)
    at += lineBreaks(text, counted, start)
    counted = start
    const own = text.slice(start, next)
    // The comma between two items of JSON is no part of either; a bracket makes the item the only one of a list.
    yield { text: json ? own.replace(/,\s*$/, '') : own, line: at, item: !json, source }
    start = next
  }
}

/** Root of a piece; undefined where the text is wrong, or nothing but null. */
function parsed(file: string, { text, line, item, source }: Piece, findings: Findings): Part | undefined {
  const lines = new LineCounter()
  const document: Document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const placeAt = (offset: number): Place => {
    const { line: own, col } = lines.linePos(offset)
    return { file, line: line - 1 + Math.max(1, own), column: Math.max(1, col) }
  }
  const problems = [...document.errors, ...document.warnings]
  if (problems.length > 0) {
    const template = /\{\{/.exec(text)
    const at = template?.index ?? problems[0].pos[0]
    const message =
      template === null
        ? `found text that is not YAML or JSON: ${problems[0].message.replace(/\s+/g, ' ')}`
        : 'found {{, a template; accepted: manifests, as helm template prints them'
    findings.error({ place: placeAt(at), object: '', path: '' }, message)
    return undefined
  }
  const contents = document.contents as Node | null
  const node = item && isSeq(contents) ? (contents.items[0] as Node) : contents
  const reading: Reading = { document, findings, placeAt, kind: '', object: '', source }
  const root = new Part(reading, '', node ?? undefined, node?.range?.[0] ?? 0)
  return root.missing ? undefined : root
}
