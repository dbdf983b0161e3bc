/**
 * `config` of a scheduler as the path of a YAML file: the file's contents take the place of the path, as if the experiment had them, before anything is
 * checked. Problems are reported in that file.
 */
import { relative, resolve } from 'node:path'
import { startsWith } from './compare.ts'
import { pathText, readSource, show, valueAt, type Issue, type Path, type Source } from './document.ts'
import { isMap } from './quantities.ts'

type Raw = Record<string, unknown>

/** A variant before it is checked (resolve-manifests.ts). */
interface Variant {
  readonly raw: Raw
  readonly issues: readonly Issue[]
  relocate(issue: Issue): Issue
}

/** Where a scheduler is chosen. */
function placesOf({ schedulers }: Raw): Path[] {
  const further = Array.isArray(schedulers) ? schedulers.map((_, i): Path => ['schedulers', i, 'algorithm', 'config']) : []
  return [['scheduling', 'config'], ...further]
}

/** The variant with the contents of the files that it names; `folder` is that of the experiment file. */
export function withConfigFiles<V extends Variant>(expanded: V, folder: string): V {
  const sources: { readonly path: Path; readonly source: Source }[] = []
  const issues: Issue[] = []
  let { raw } = expanded
  for (const path of placesOf(raw)) {
    const named = valueAt(raw, path)
    if (typeof named !== 'string') continue
    const file = resolve(folder, named)
    raw = replaced(raw, path, {}) as Raw
    const here = relative(process.cwd(), file)
    const read = readSource(here.startsWith('..') ? file : here)
    if ('problems' in read) {
      for (const { place, message } of read.problems)
        issues.push(
          message.startsWith('found no such file')
            ? { path, message: `found no file ${show(named)}; accepted: a YAML file, relative to this one, or the map itself` }
            : { path, place, message },
        )
      continue
    }
    sources.push({ path, source: read.source })
    raw = replaced(raw, path, read.source.data) as Raw
  }
  if (sources.length === 0 && issues.length === 0) return expanded
  return {
    ...expanded,
    raw,
    issues: [...expanded.issues, ...issues],
    relocate: (issue: Issue): Issue => {
      const found = sources.find(({ path }) => startsWith(issue.path, path))
      if (found === undefined) return expanded.relocate(issue)
      const rest = issue.path.slice(found.path.length)
      return { message: issue.message, path: [pathText(found.source.data, rest)], place: found.source.place(rest) }
    },
  }
}

/** A copy with another value at the path. */
function replaced(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(whole)) return whole.map((item: unknown, i) => (i === key ? replaced(item, rest, value) : item))
  return { ...(whole as Raw), [key]: replaced(isMap(whole) ? whole[key] : undefined, rest, value) }
}
