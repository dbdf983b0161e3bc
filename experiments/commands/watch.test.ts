import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { watchedFiles } from './watch.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-watch-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'x.yaml')

describe('--watch', () => {
  it('watches the experiment, its own algorithms and their imports', () => {
    writeFileSync(join(folder, 'a.ts'), "import { b } from './b.ts'\nexport default { name: 'a', score: (): number => b }\n")
    writeFileSync(join(folder, 'b.ts'), 'export const b = 1\n')
    writeFileSync(file, "compare: { scheduling: [best-fit, { file: ./a.ts }, { file: './missing.mjs' }] }\n")
    expect(watchedFiles(file)).toEqual(['x.yaml', 'a.ts', 'b.ts', 'missing.mjs'].map((name) => join(folder, name)))
    expect(watchedFiles(join(folder, 'none.yaml'))).toEqual([join(folder, 'none.yaml')])
  })

  it('runs again after a change, with the changed algorithm, and ends with Ctrl-C', async () => {
    writeFileSync(join(folder, 'mine.ts'), "export default { name: 'before', score: (): number => 0 }\n")
    writeFileSync(
      file,
      `name: watched
replications: 1
horizon: 1m
warmup: 0
cluster: { pools: [{ name: p, count: 1, cpu: 4, memory: 8Gi }] }
workload: { background: [{ shapes: [{ cpu: 1, memory: 1Gi }], count: 2 }] }
scheduling: { file: ./mine.ts }
`,
    )
    const bin = fileURLToPath(new URL('../../bin/orchsim.js', import.meta.url))
    const child = spawn(process.execPath, [bin, 'run', file, '--watch', '--json', '--quiet', '--out', join(folder, 'out')], { cwd: folder })
    let out = ''
    let err = ''
    let seen = 0
    child.stdout.on('data', (data: Buffer) => void (out += data.toString()))
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString()
      const times = err.split('Ctrl-C ends').length - 1
      if (times === seen) return
      seen = times
      if (times === 1) appendFileSync(join(folder, 'mine.ts'), '// changed\n')
      if (times === 2) writeFileSync(join(folder, 'mine.ts'), "export default { name: 'after', pick: 0 }\n")
      if (times === 3) child.kill('SIGINT')
    })
    const code = await new Promise((done) => child.on('exit', done))
    expect(out.split('"name": "watched"')).toHaveLength(3)
    expect(err).toContain('watching x.yaml, mine.ts; Ctrl-C ends')
    // The third version is no scheduler: its problem is printed, and watching continues.
    expect(err).toContain('found a file that is not a scheduler')
    expect(code).toBe(0)
  }, 90_000)
})
