/** Imports the users' files of a run: each once per run, under guard, as the text that the experiment was read with. */
import {
  PARTS,
  type Adopted,
  type Definition,
  type OwnPart,
  type Parameters,
  type ParameterValue,
  type Selection,
} from '../../sim/index.ts'
import { digestOf, importDefault, localFiles } from '../file/load.ts'
import { thread, type OwnCode } from './code.ts'
import { adoptGuarded } from './guard.ts'
import { interceptGlobals } from './intercept.ts'

interface Imported {
  readonly exported: unknown
  readonly code: OwnCode
}

/** Modules of this run. */
const modules = new Map<string, Promise<Imported>>()
/** Runs of this thread so far. */
let runs = 0

/** A new run begins: it imports files again. */
export function forgetModules(): void {
  modules.clear()
  runs++
}

/** A file with the name of its default export. */
type NamedFile = Required<Pick<Selection, 'name' | 'file'>> & { readonly digest: string | undefined }

/** The definition in a file. */
export async function imported<Context>(
  { name, file, digest }: NamedFile,
  adopt: (exported: unknown) => Adopted<Definition<unknown, Context>>,
): Promise<Definition<unknown, Context>> {
  let importing = modules.get(file)
  if (importing === undefined) modules.set(file, (importing = importOwn(name, file, digest)))
  const { exported, code } = await importing
  const adopted = adoptGuarded(exported, code, adopt)
  if ('problems' in adopted) throw new Error(`${name}: ${adopted.problems.join('; ')}`)
  return adopted.definition
}

/** The values with the definitions of the user's parts. */
export async function withParts(parameters: Parameters, values: Selection['values']): Promise<Selection['values']> {
  const made: Record<string, ParameterValue> = { ...values }
  for (const [key, { kind, part }] of Object.entries(parameters)) {
    if (kind !== 'files') continue
    const { adopt } = PARTS[part!]
    made[key] = await Promise.all(
      (values[key] as readonly OwnPart[]).map(async (one) => ({ ...one, definition: await imported<undefined>(one, adopt) })),
    )
  }
  return made
}

async function importOwn(name: string, file: string, digest: string | undefined): Promise<Imported> {
  if (digest !== undefined && digestOf(file) !== digest)
    throw new Error(
      `${name}: its file, or one that it imports, has changed since the experiment was read; accepted: the same text in all runs`,
    )
  interceptGlobals()
  const code = { name, files: localFiles(file) }
  thread.loading.add(code)
  try {
    return { exported: await importDefault(file, runs), code }
  } finally {
    thread.loading.delete(code)
  }
}
