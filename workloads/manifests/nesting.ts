/**
 * Documents whose maps and lists lie within each other too deeply, found before they are parsed: the tree of two million brackets takes gigabytes,
 * and reading it exceeds the stack. The API server accepts 10,000 levels; objects have fewer than 100.
 */
import { Lexer, Parser } from 'yaml'

/** Most maps and lists within each other. */
export const DEEPEST_NESTING = 500

const OPEN = /[[{]/
const RUNS = new RegExp(`(?:[-?:] ){${DEEPEST_NESTING}}|^ {${DEEPEST_NESTING}}`, 'm')

/** Offset at which a document becomes too deep; undefined: nowhere. */
export function tooDeepAt(text: string): number | undefined {
  if (!couldBeDeep(text)) return undefined
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    // The tokens of a document under construction: one per open map, list or scalar, besides the document and a pending key.
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > DEEPEST_NESTING) return parser.offset
  }
  return undefined
}

/** Quick and never wrong where it says no: brackets that are open, also within strings, and runs of dashes and of indentation. */
function couldBeDeep(text: string): boolean {
  if (RUNS.test(text)) return true
  if (!OPEN.test(text)) return false
  let open = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 91 || code === 123) {
      if (++open > DEEPEST_NESTING) return true
    } else if ((code === 93 || code === 125) && open > 0) open--
  }
  return false
}
