/**
 * `orchsim run --watch`: runs again whenever the experiment or one of its own algorithms changes. Each run is a process of its own:
 * modules that a thread has imported stay as they were, so in one process a changed algorithm would run in its old form.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXIT, type Screens } from './cli.ts'
import { localFiles } from '../file/load.ts'
import { packageRoot } from '../file/package.ts'

/** Editors write a file in several steps [ms]. */
const SETTLED = 150

/** `args` is the command line as given; what the runs print goes to this process' own screens. */
export async function watchCommand(file: string, args: readonly string[], screens: Screens, interrupts: AbortSignal): Promise<number> {
  const runArgs = args.filter((arg) => arg !== '--watch')
  let running: ChildProcess | undefined
  let wake: () => void = () => undefined
  let changed = false
  const note = (): void => {
    changed = true
    running?.kill('SIGINT')
    wake()
  }
  interrupts.addEventListener('abort', note, { once: true })
  while (!interrupts.aborted) {
    changed = false
    // Before the run: a change that comes while it starts is seen.
    const watchers = watched(watchedFiles(file), note)
    running = started(runArgs)
    await ended(running)
    running = undefined
    if (!changed && !interrupts.aborted) {
      screens.err.write(
        `\nwatching ${watchedFiles(file)
          .map((one) => basename(one))
          .join(', ')}; Ctrl-C ends\n`,
      )
      await new Promise<void>((done) => (wake = done))
    }
    await new Promise((done) => setTimeout(done, interrupts.aborted ? 0 : SETTLED))
    for (const watcher of watchers) watcher.close()
  }
  return EXIT.done
}

function started(args: readonly string[]): ChildProcess {
  const program = fileURLToPath(new URL('bin/orchsim.js', packageRoot()))
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((done, failed) => void child.once('exit', () => done()).once('error', failed))

/** The experiment, the files that it names as own algorithms, and what these import. A file that is wrong is watched all the same. */
export function watchedFiles(file: string): string[] {
  const experiment = resolve(file)
  if (!existsSync(experiment)) return [experiment]
  const named = [...readFileSync(experiment, 'utf8').matchAll(/\bfile:\s*['"]?([^\s'",}]+\.m?[jt]s)/g)].map(([, path]) =>
    resolve(dirname(experiment), path),
  )
  return [...new Set([experiment, ...named.flatMap((path) => (existsSync(path) ? localFiles(path) : [path]))])]
}

/** Folders are watched, not files: an editor that writes beside and renames leaves a watched file behind. */
function watched(files: readonly string[], note: () => void): FSWatcher[] {
  const folders = new Set(files.map((path) => dirname(path)).filter((folder) => existsSync(folder)))
  return [...folders].map((folder) =>
    watch(folder, (_, name) => {
      if (name !== null && files.includes(resolve(folder, name))) note()
    }),
  )
}
