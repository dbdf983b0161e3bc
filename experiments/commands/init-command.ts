/** `orchsim init`: a first experiment to change, with an algorithm of one's own beside it. Nothing that exists is overwritten. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { suggestion } from '../../sim/common/suggestion.ts'
import { EXIT, type Screens } from './cli.ts'
import { packageRoot } from '../file/package.ts'

export interface InitOptions {
  readonly template: string
}

const FOLDER = 'experiments/templates/'
/** The name of the experiment in the user's folder: what the templates' own comments call. */
const EXPERIMENT = 'experiment.yaml'

/** Names of the templates; the first is taken when none is named. */
export function templates(): string[] {
  const names = readdirSync(new URL(FOLDER, packageRoot()))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
  return ['loop', ...names.filter((name) => name !== 'loop').sort()]
}

/** The template's file and the own algorithms that it names, by the name they get. */
export function templateFiles(template: string): ReadonlyMap<string, string> {
  const folder = new URL(FOLDER, packageRoot())
  const experiment = readFileSync(new URL(`${template}.yaml`, folder), 'utf8')
  const own = [...experiment.matchAll(/file: \.\/([\w-]+\.ts)/g)].map(([, name]) => name)
  return new Map([[EXPERIMENT, experiment], ...own.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const)])
}

export function initCommand(folder: string, { template }: InitOptions, screens: Screens): number {
  const known = templates()
  if (!known.includes(template)) {
    screens.err.write(`orchsim init: found the template "${template}"; accepted: ${known.join(', ')}${suggestion(template, known)}\n`)
    return EXIT.wrong
  }
  const files = templateFiles(template)
  const taken = [...files.keys()].filter((name) => existsSync(join(folder, name)))
  if (taken.length > 0) {
    screens.err.write(
      `orchsim init: found ${taken.join(', ')} in ${folder}; accepted: a folder without ${taken.length === 1 ? 'it' : 'them'}, nothing is overwritten\n`,
    )
    return EXIT.wrong
  }
  try {
    mkdirSync(folder, { recursive: true })
    // 'wx': what appeared there in the meantime stays.
    for (const [name, text] of files) writeFileSync(join(folder, name), text, { flag: 'wx' })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined) throw error
    screens.err.write(
      `orchsim init: found ${folder}, where files cannot be written (${code}); accepted: a folder that can be written, or the name of a new one\n`,
    )
    return EXIT.wrong
  }
  const there = relative(process.cwd(), folder)
  const written = [...files.keys()].map((name) => join(there, name))
  screens.out.write(`${written.join('\n')}\n\nnext: npx orchsim run ${join(there, EXPERIMENT)}\n`)
  return EXIT.done
}
