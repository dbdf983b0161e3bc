/** Files of the user that an experiment names: algorithms of families, and parts of algorithms. They are loaded before the experiment is checked. */
import { PARTS } from '../../sim/index.ts'
import { familyOf, type Described, type DescribedFamily, type FamilyPath } from './families.ts'

/** What a file is loaded as: a member of a family, or a part of one. */
export type LoadedAs = FamilyPath | keyof typeof PARTS

/** Users' files by `loadedKey`: the definition of a file, or its problems. */
export type LoadedFiles = ReadonlyMap<string, LoadedFile>

export type LoadedFile =
  { readonly definition: Described; readonly file: string; readonly digest: string } | { readonly problems: readonly string[] }

export const loadedKey = (as: LoadedAs, file: string): string => `${as} ${file}`

/** What turns a default export into a definition, and what such a thing is called. */
export const adopterOf = (as: LoadedAs): Pick<DescribedFamily, 'word' | 'adopt'> =>
  as in PARTS ? PARTS[as as keyof typeof PARTS] : familyOf(as as FamilyPath)

/** The entry of a file that was named, or why it cannot be used. */
export function loadedFile(
  loaded: LoadedFiles,
  as: LoadedAs,
  file: unknown,
  shown: string,
): Exclude<LoadedFile, { readonly problems: unknown }> | string[] {
  if (typeof file !== 'string') return [`found ${shown}; accepted: the path of a module, such as ./own.ts`]
  const entry = loaded.get(loadedKey(as, file))
  if (entry === undefined) return [`found ${shown}, which was not loaded; accepted: a file next to the experiment`]
  return 'problems' in entry ? [...entry.problems] : entry
}
