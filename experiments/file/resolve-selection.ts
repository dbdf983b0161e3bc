/** The choice of an algorithm as a scenario holds it. */
import type { Selection } from '../../sim/index.ts'

/** Without the keys that stand beside an algorithm. */
export function selection({ name, values, file, digest }: Selection): Selection {
  return { name, values, ...(file === undefined ? {} : { file }), ...(digest === undefined ? {} : { digest }) }
}
