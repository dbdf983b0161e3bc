/**
 * Finished runs of an experiment that is not finished: each is kept in the results folder as soon as it ends, so that an interruption,
 * a crash or a power cut loses none, and the next call of the same experiment goes on where it stopped. A run is known by its id, which
 * is a digest of all that decides its result; the code itself is told apart by the name of the folder. Once the results are written
 * whole, the folder goes.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import type { RunResult } from '../../sim/results.ts'
import { fromSources, packageRoot, version } from './package.ts'

const PREFIX = '.unfinished-'

export class Store {
  private readonly home: string
  private readonly folder: string

  /** `code` names what computes the results: results of other code are not seen. */
  constructor(results: string, code: string = codeName()) {
    this.home = results
    this.folder = join(results, `${PREFIX}${code}`)
  }

  /** What an earlier call left of this run; undefined when there is nothing that can be read. */
  get(id: string): RunResult | undefined {
    try {
      return deserialize(readFileSync(join(this.folder, id))) as RunResult
    } catch {
      return undefined
    }
  }

  /** Whole or not at all, as a power cut may come at any time. A disk that refuses costs the resuming, not the run. */
  keep(id: string, result: RunResult): void {
    try {
      mkdirSync(this.folder, { recursive: true })
      const half = join(this.folder, `${id}.${randomUUID()}`)
      writeFileSync(half, serialize(result))
      renameSync(half, join(this.folder, id))
    } catch {
      return
    }
  }

  /** Nothing is left to go on with; what other code left behind goes too. */
  clear(): void {
    let names: string[]
    try {
      names = readdirSync(this.home)
    } catch {
      return
    }
    for (const name of names) if (name.startsWith(PREFIX)) rmSync(join(this.home, name), { recursive: true, force: true })
  }
}

/** The version; in a clone, where the code changes under one version, also a digest of the sources that decide results. */
function codeName(): string {
  if (!fromSources) return version()
  const hash = createHash('sha256')
  for (const folder of ['sim', 'workloads']) {
    const root = fileURLToPath(new URL(`${folder}/`, packageRoot()))
    const names = readdirSync(root, { recursive: true }).map(String).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort()
    for (const name of names) hash.update(`${name}\n`).update(readFileSync(join(root, name)))
  }
  return `${version()}-${hash.digest('hex').slice(0, 12)}`
}
