/** Plugins as a run has them. */
import { valuesOf, type ParameterEntry, type ParameterValue } from '../../../../common/define.ts'
import { adoptPlugin, PLUGIN_KEYS } from './adopt.ts'
import { PluginRun } from './plugin-run.ts'
import type { OwnPlugin } from './policy.ts'

/** The plugin at work; `given` are keys beside its file, `values` its parameters. */
export function pluginRun(
  plugin: Partial<OwnPlugin> & { readonly name: string },
  given: Partial<ParameterEntry> = {},
  values: Record<string, ParameterValue> = {},
): PluginRun {
  const adopted = adoptPlugin(plugin)
  if ('problems' in adopted) throw new Error(adopted.problems.join('; '))
  const { definition } = adopted
  return new PluginRun({
    name: plugin.name,
    file: '/own.ts',
    digest: '',
    given: valuesOf(PLUGIN_KEYS, given as Record<string, ParameterValue>) as ParameterEntry,
    values: valuesOf(definition.parameters, values),
    definition: definition as never,
  })
}
