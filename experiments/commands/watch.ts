/**
 * `orchsim run --watch`: runs again whenever the experiment or one of its own algorithms changes. Each run is a separate process, since
 * a process imports a module once and would keep running the old version of a changed algorithm.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { localFiles } from '../file/load.ts'
import { packageRoot } from '../file/package.ts'
import type { CommandContext } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Time after a change before the next run, since editors write a file in several steps [ms]. */
const SETTLE_TIME = 150

/** Runs the same command line without `--watch` until interrupted; its output goes to the standard streams of this process. */
export async function watchCommand(file: string, _options: unknown, { args, err, interrupts }: CommandContext): Promise<ExitCode> {
  const runArgs = args.filter((arg) => arg !== '--watch')
  let running: ChildProcess | undefined
  let wake: () => void = () => undefined
  let changed = false
  const onChange = (): void => {
    changed = true
    running?.kill('SIGINT')
    wake()
  }
  interrupts.addEventListener('abort', onChange, { once: true })
  while (!interrupts.aborted) {
    changed = false
    // Before the run, so that a change during its start is noticed.
    const watchers = watched(watchedFiles(file), onChange)
    running = started(runArgs)
    await ended(running)
    running = undefined
    if (!changed && !interrupts.aborted) {
      err.write(
        `\nwatching ${watchedFiles(file)
          .map((one) => basename(one))
          .join(', ')}; Ctrl-C ends\n`,
      )
      await new Promise<void>((done) => (wake = done))
    }
    await new Promise((done) => setTimeout(done, interrupts.aborted ? 0 : SETTLE_TIME))
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

/** The experiment, the files that it names as own algorithms, and the files that these import. Invalid files are watched too. */
export function watchedFiles(file: string): string[] {
  const experiment = resolve(file)
  if (!existsSync(experiment)) return [experiment]
  const named = [...readFileSync(experiment, 'utf8').matchAll(/\bfile:\s*['"]?([^\s'",}]+\.m?[jt]s)/g)].map(([, path]) =>
    resolve(dirname(experiment), path),
  )
  return [...new Set([experiment, ...named.flatMap((path) => (existsSync(path) ? localFiles(path) : [path]))])]
}

/** Watches folders, not files: an editor that saves by renaming replaces the watched file, which then reports no more changes. */
function watched(files: readonly string[], onChange: () => void): FSWatcher[] {
  const folders = new Set(files.map((path) => dirname(path)).filter((folder) => existsSync(folder)))
  return [...folders].map((folder) =>
    watch(folder, (_, name) => {
      if (name !== null && files.includes(resolve(folder, name))) onChange()
    }),
  )
}
