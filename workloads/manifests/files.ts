/** Which files a list of names means: files, folders and patterns. */
import { readdirSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { STANDARD_INPUT } from './documents.ts'

const MANIFEST = /\.(?:ya?ml|json)$/

/** Deepest folder below the first `**`. */
const DEEPEST = 20

/** The files of names: a folder is its .yaml, .yml and .json files, `*` and `?` stand for parts of a name, `**` for folders. */
export function manifestFiles(
  names: readonly string[],
  folder = '',
): { readonly files: readonly string[]; readonly missing: readonly string[] } {
  const files = new Set<string>()
  const missing: string[] = []
  for (const name of names) {
    const found = name === STANDARD_INPUT ? [name] : filesOf(folder === '' ? name : resolve(folder, name))
    if (found.length === 0) missing.push(name)
    for (const file of found) files.add(file)
  }
  return { files: [...files], missing }
}

function filesOf(name: string): string[] {
  const kind = kindOf(name)
  if (kind === 'file') return [name]
  if (kind === 'folder')
    return namesIn(name)
      .filter((file) => MANIFEST.test(file) && kindOf(join(name, file)) === 'file')
      .map((file) => join(name, file))
  if (!/[*?]/.test(name)) return []
  const parts = name.split(/[\\/]/)
  const first = parts.findIndex((part) => /[*?]/.test(part))
  const base = parts.slice(0, first).join(sep)
  return expanded(base === '' && first > 0 ? sep : base, parts.slice(first), 0)
}

/** Files below a folder that match the rest of a pattern, in the order of their names. */
function expanded(base: string, [part, ...rest]: readonly string[], depth: number): string[] {
  if (depth > DEEPEST) return []
  const all = namesIn(base === '' ? '.' : base)
  const below = (name: string): string => (base === '' ? name : join(base, name))
  if (part === '**') {
    const here = rest.length === 0 ? expanded(base, ['*'], depth) : expanded(base, rest, depth)
    const deeper = all.filter((name) => !name.startsWith('.') && kindOf(below(name)) === 'folder')
    return [...here, ...deeper.flatMap((name) => expanded(below(name), [part, ...rest], depth + 1))]
  }
  const pattern = new RegExp(
    `^${part
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
  const matching = all.filter((name) => pattern.test(name) && (!name.startsWith('.') || part.startsWith('.')))
  if (rest.length > 0)
    return matching.filter((name) => kindOf(below(name)) === 'folder').flatMap((name) => expanded(below(name), rest, depth + 1))
  return matching.filter((name) => kindOf(below(name)) === 'file').map(below)
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

function kindOf(name: string): 'file' | 'folder' | undefined {
  const stats = statSync(name, { throwIfNoEntry: false })
  return stats === undefined ? undefined : stats.isDirectory() ? 'folder' : 'file'
}
