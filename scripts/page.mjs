/**
 * Builds the script of report.html from its sources (reports/page/client) and the runtime of vega. The file is committed, so that writing
 * a report needs no bundler. `--check` writes nothing and fails when the file is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'reports', 'page', 'script.min.mjs')

export async function bundle() {
  const { version } = JSON.parse(readFileSync(new URL('package.json', new URL('../', import.meta.resolve('vega'))), 'utf8'))
  const { outputFiles } = await build({
    entryPoints: [join(root, 'reports', 'page', 'client', 'main.ts')],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    charset: 'ascii',
    legalComments: 'none',
    banner: {
      js: `/* orchsim, MIT. Contains vega ${version} (c) University of Washington Interactive Data Lab, BSD-3-Clause, and d3 (c) Mike Bostock, ISC: reports/page/LICENSE-vega.txt */`,
    },
    tsconfigRaw: {},
    write: false,
  })
  return outputFiles[0].text
}

export const committed = () => readFileSync(target, 'utf8')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await bundle()
  if (!process.argv.includes('--check')) writeFileSync(target, text)
  else if (text !== committed()) {
    console.error('reports/page/script.min.mjs is out of date; accepted: the output of npm run page')
    process.exitCode = 1
  }
}
