/** What the front page shows is run: its experiment, with its own scheduler beside it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'orchsim-readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The first fenced block of a language. */
function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readFileSync(join(root, 'README.md'), 'utf8'))
  if (found === null) throw new Error(`README.md has no ${language} block`)
  return found[1]
}

it('the experiment and the own scheduler of the README run', () => {
  const algorithm = block('ts')
  expect(algorithm.trimEnd().split('\n').length, 'an own algorithm in twenty lines').toBeLessThanOrEqual(20)
  writeFileSync(join(folder, 'tight-or-loose.yaml'), block('yaml'))
  writeFileSync(join(folder, 'snug.ts'), algorithm)
  const out = join(folder, 'results')
  const small = ['--replications', '1', '--set', 'horizon=20s', '--set', 'warmup=5s', '--set', 'start=empty', '--check', '--quiet', '--out', out]
  execFileSync(process.execPath, [join(root, 'bin/orchsim.js'), 'run', join(folder, 'tight-or-loose.yaml'), ...small], { encoding: 'utf8' })
  const runs = readFileSync(join(out, 'runs.csv'), 'utf8').trimEnd().split('\n')
  expect(runs).toHaveLength(1 + 3 * 2)
  expect(runs.filter((row) => row.includes('snug'))).toHaveLength(2)
}, 120_000)
