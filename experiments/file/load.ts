/**
 * A user's own algorithm file. The main thread loads it for its parameters, and each worker to run it. It is identified by a digest of
 * its text and of the local files that it imports, so that a changed algorithm gives other runs.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadApart } from '../own/load.ts'

export type Loaded = { readonly exported: unknown; readonly digest: string } | { readonly wrong: string }

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs']

/** The default export of a file with functions that must not be called, or a message. */
export async function loadFile(file: string): Promise<Loaded> {
  const accepted = `accepted: a module (${EXTENSIONS.join(', ')}) with a default export`
  if (!existsSync(file)) return { wrong: `found no such file; ${accepted}` }
  if (statSync(file).isDirectory()) return { wrong: `found a directory; ${accepted}` }
  if (!EXTENSIONS.includes(extname(file))) return { wrong: `found a file ending in ${extname(file) || 'nothing'}; ${accepted}` }
  try {
    const digest = digestOf(file)
    const loaded = await loadApart(file)
    if ('wrong' in loaded) return { wrong: `found a file that fails when it is loaded: ${loaded.wrong}; ${accepted}` }
    return { exported: loaded.exported, digest }
  } catch (error) {
    return { wrong: `found a file that fails when it is loaded: ${firstLine(error)}; ${accepted}` }
  }
}

/**
 * The default export of modules that only this run has: what a file keeps outside of its functions would otherwise depend on the runs
 * before in the same thread, and so on the number of workers. tsx, which reads TypeScript, is loaded only for such files.
 */
export async function importDefault(file: string, run = 0): Promise<unknown> {
  const url = `${pathToFileURL(file).href}?run=${run}`
  const module: unknown = file.endsWith('ts') ? await importTypescript(url) : await import(url)
  const exported = defaultOf(module)
  // In a folder whose package.json lacks "type": "module", tsx wraps a module as CommonJS.
  return isWrapped(exported) ? defaultOf(exported) : exported
}

const defaultOf = (module: unknown): unknown => (module as { readonly default?: unknown }).default

const isWrapped = (exported: unknown): boolean => typeof exported === 'object' && exported !== null && '__esModule' in exported

type Import = (url: string, from: string) => Promise<unknown>

/** Registered once per thread: each registration lengthens the way of every later import. */
let typescript: Promise<Import> | undefined

async function importTypescript(url: string): Promise<unknown> {
  const load = await (typescript ??= registered())
  return load(url, import.meta.url)
}

async function registered(): Promise<Import> {
  await import(new URL('../own/register-hooks.mjs', import.meta.url).href)
  const namespace = 'own'
  const [modules, commonjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')])
  commonjs.register({ namespace })
  const tsx = modules.register({ namespace })
  return (url, from) => tsx.import(url, from)
}

/** Absolute paths of the file and of the local files that it imports, except for types. */
export function localFiles(file: string): string[] {
  const files = new Map<string, string>()
  collect(resolve(file), files)
  return [...files.keys()]
}

/** SHA-256 of the file and of the local files that it imports, except for types; each with its path relative to the file. */
export function digestOf(file: string): string {
  const files = new Map<string, string>()
  collect(resolve(file), files)
  const from = dirname(resolve(file))
  const hash = createHash('sha256')
  const named = [...files].map(([path, text]) => [relative(from, path).replaceAll('\\', '/'), text] as const)
  for (const [path, text] of named.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${path}\n${text.length}\n${text}\n`)
  return hash.digest('hex')
}

const IMPORTS =
  /(?:^|[\s;}])(?:import|export)\s+(?!type\b)[^'"`;]*?from\s*['"](\.{1,2}\/[^'"]+)['"]|\bimport\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g

function collect(file: string, files: Map<string, string>): void {
  if (files.has(file) || !existsSync(file) || statSync(file).isDirectory()) return
  const text = readFileSync(file, 'utf8')
  files.set(file, text)
  for (const match of text.matchAll(IMPORTS)) {
    const target = resolve(dirname(file), match[1] ?? match[2])
    collect(existsSync(target) ? target : target.replace(/\.js$/, '.ts'), files)
  }
}

/** The first line of an error, without paths of the machine. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const first = lines.find((line) => /\bERROR: /.test(line)) ?? lines[0] ?? 'an error without a message'
  return first.replaceAll(/file:\/\/\S*\/|(?<![\w.])\/(?:[^\s/:]+\/)+/g, '')
}
