/** The own plugins of `explain schedule --plugin`: paths, or maps as in `scheduling.plugins` of an experiment. */
import { KubePluginRun, schedulers, type OwnPart } from '../../sim/index.ts'
import { parseSource, type Problem } from '../file/document.ts'
import { selectionSchema } from '../file/selection.ts'
import { parseShape } from '../file/parse-shape.ts'
import { loadAll } from '../file/spec.ts'
import { withParts } from '../own/import.ts'

/** Loads the plugins; `profiles` are the names of the configuration's profiles. Paths are relative to the working directory. */
export async function pluginsOf(
  given: readonly string[],
  profiles: readonly string[],
): Promise<{ readonly runs: readonly KubePluginRun[] } | { readonly problems: readonly Problem[] }> {
  if (given.length === 0) return { runs: [] }
  const plugins: unknown[] = []
  const problems: Problem[] = []
  for (const text of given) {
    if (!text.trimStart().startsWith('{')) {
      plugins.push({ file: text })
      continue
    }
    const parsed = parseSource('--plugin', text)
    if ('problems' in parsed) problems.push(...parsed.problems)
    else plugins.push(parsed.source.data)
  }
  if (problems.length > 0) return { problems }
  const scheduling = { name: 'kubernetes', plugins, config: { profiles: profiles.map((schedulerName) => ({ schedulerName })) } }
  const loaded = await loadAll([{ scheduling }], process.cwd())
  const { data, issues } = parseShape({ scheduling: selectionSchema('scheduling', loaded, {}) }, { scheduling })
  if (issues.length > 0)
    return {
      problems: issues.map(({ path: [, , place, ...path], message }) => ({
        place: { file: '--plugin', line: Number(place) + 1, column: 1 },
        path: path.join('.'),
        message,
      })),
    }
  const values = await withParts(schedulers.find('kubernetes')!.parameters, data.scheduling!.values)
  return { runs: (values['plugins'] as readonly OwnPart[]).map((part) => new KubePluginRun(part)) }
}
