/** Builds dist: compiled sources, and the files that the compiler does not copy. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'dist')
/** Endings of files that are read at run time from the folder of the code. Data of traces is part of the package itself (package.json, files). */
const ASSETS = ['.mjs', '.ttf', '.css', '.html', '.svg']
const FOLDERS = ['sim', 'workloads', 'experiments', 'reports']

rmSync(out, { recursive: true, force: true })
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const compiled = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

for (const folder of FOLDERS) {
  for (const name of readdirSync(join(root, folder), { recursive: true })) {
    const file = join(folder, String(name))
    const wanted = ASSETS.includes(extname(file)) || /(^|[/\\])(LICENSE|OFL)[^/\\]*$/.test(file)
    if (!wanted || file.startsWith(join('workloads', 'data'))) continue
    mkdirSync(dirname(join(out, file)), { recursive: true })
    copyFileSync(join(root, file), join(out, file))
  }
}
