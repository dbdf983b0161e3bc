/** How long one call of a user's function may take. Wall time decides only whether a run fails, never what its result is. */

/** Generous: a packer of a large cluster may take seconds [s]. */
const DEFAULT = 60

/** The environment variable that sets it, in seconds; `run --call-limit` wins over it. */
export const CALL_LIMIT_VARIABLE = 'ORCHSIM_CALL_LIMIT'

/** The limit of a call [s]. A variable that is no positive number is ignored, and the option of the same meaning refuses it. */
export function callLimit(): number {
  const given = Number(process.env[CALL_LIMIT_VARIABLE])
  return given > 0 ? given : DEFAULT
}
