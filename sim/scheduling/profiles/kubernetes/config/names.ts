/** Which profile a pod belongs to. */
import type { ParameterDocument, Selection } from '../../../../common/define.ts'

/** The profile of pods that name no scheduler. */
export const DEFAULT_PROFILE = 'default-scheduler'

/** The row of the profile that a pod names; without a name, or with one that no profile has, that of the default one, or else the first. */
export function rowOfProfile(names: readonly string[], named: string | undefined): number {
  const row = named === undefined ? -1 : names.indexOf(named)
  return row >= 0 ? row : Math.max(0, names.indexOf(DEFAULT_PROFILE))
}

/** Names of the profiles in the configuration of a chosen scheduler; none without one. */
export function profileNames({ name, values }: Selection): string[] {
  const { config } = values
  const document = name === 'kubernetes' && typeof config === 'object' && !Array.isArray(config) ? (config as ParameterDocument) : {}
  if (Object.keys(document).length === 0) return []
  const { profiles } = document
  const names = (Array.isArray(profiles) ? profiles : []).map(
    (one: { readonly schedulerName?: string } | null) => one?.schedulerName ?? DEFAULT_PROFILE,
  )
  return names.length === 0 ? [DEFAULT_PROFILE] : names
}
