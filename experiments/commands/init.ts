/** `orchsim init FOLDER`: writes a first experiment, an algorithm of the user's own beside it, and types for the editor. Existing files are not overwritten. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { editorConfig, EDITOR_CONFIG, schemaLine } from './editor-config.ts'
import { packageRoot } from '../file/package.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Options of `init`. */
export interface InitOptions {
  readonly template: string
}

const FOLDER = 'experiments/templates/'
/** Name of the experiment in the user's folder; the comments of the templates refer to it. */
const EXPERIMENT = 'experiment.yaml'

/** Names of the templates, the default first. */
export function templates(): string[] {
  const names = readdirSync(new URL(FOLDER, packageRoot()))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
  return ['loop', ...names.filter((name) => name !== 'loop').sort()]
}

/** Contents of a template's files, by the names they get in the user's folder: the experiment and the algorithms that it names. */
export function templateFiles(template: string): ReadonlyMap<string, string> {
  const folder = new URL(FOLDER, packageRoot())
  const experiment = readFileSync(new URL(`${template}.yaml`, folder), 'utf8')
  const own = [...experiment.matchAll(/file: \.\/([\w-]+\.ts)/g)].map(([, name]) => name)
  return new Map([[EXPERIMENT, experiment], ...own.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const)])
}

/** Writes the files of a template into a folder. */
export async function initCommand(folder: string, { template }: InitOptions, screens: Screens): Promise<ExitCode> {
  const known = templates()
  if (!known.includes(template)) {
    const { suggestion } = await import('../../sim/index.ts') // only here, since it loads the simulator
    screens.err.write(`orchsim init: found the template "${template}"; accepted: ${known.join(', ')}${suggestion(template, known)}\n`)
    return EXIT.wrong
  }
  const files = templateFiles(template)
  // A user's own configuration may say more than ours, and the experiment runs without either.
  const configured = existsSync(join(folder, EDITOR_CONFIG))
  const taken = [...files.keys()].filter((name) => existsSync(join(folder, name)))
  if (taken.length > 0) {
    screens.err.write(
      `orchsim init: found ${taken.join(', ')} in ${folder}; accepted: a folder without ${taken.length === 1 ? 'it' : 'them'}, since nothing is overwritten\n`,
    )
    return EXIT.wrong
  }
  try {
    mkdirSync(folder, { recursive: true })
    // 'wx' refuses a file that was created in the meantime.
    for (const [name, text] of files)
      writeFileSync(join(folder, name), name === EXPERIMENT ? schemaLine(folder) + text : text, { flag: 'wx' })
    if (!configured) writeFileSync(join(folder, EDITOR_CONFIG), editorConfig(folder), { flag: 'wx' })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined) throw error
    screens.err.write(
      `orchsim init: found ${folder}, where files cannot be written (${code}); accepted: a folder that can be written, or the name of a new one\n`,
    )
    return EXIT.wrong
  }
  const target = relative(process.cwd(), folder)
  if (configured) screens.err.write(`orchsim init: ${join(folder, EDITOR_CONFIG)} is kept as it is\n`)
  const written = [...files.keys(), ...(configured ? [] : [EDITOR_CONFIG])].map((name) => join(target, name))
  screens.out.write(`${written.join('\n')}\n\nnext: npx orchsim run ${join(target, EXPERIMENT)}\n`)
  return EXIT.done
}
