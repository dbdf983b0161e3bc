/**
 * The sources of a clone as JavaScript. Loading some three hundred TypeScript modules through a loader takes a second and more; one bundle takes
 * a fifth of it. The bundle is named by the paths, sizes and times of change of all sources, so nothing stale is ever run, and lies in
 * node_modules/.cache, where its imports of packages resolve. `import.meta.url` stays that of each source.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = ['sim', 'workloads', 'reports', 'experiments']
const ENTRIES = {
  cli: 'experiments/commands/cli.ts',
  worker: 'experiments/run/worker.ts',
  describe: 'experiments/own/describe.ts',
  apart: 'reports/charts/apart.ts',
}
/** Loaded when they are needed, or loaders of code themselves; everything else is in the bundle. */
const EXTERNAL = ['@resvg/*', 'esbuild', 'highs', 'hyparquet-writer', 'piscina', 'tsx', 'tsx/*', 'vega', 'vega-lite']
/** Bundles of earlier sources are kept for a day, since a run that began with one still loads from it. */
const KEPT = 86_400_000

/** Digest of the names, sizes and times of change of everything that a bundle is made of. */
function stampOfSources() {
  const hash = createHash('sha256').update(`${root}\n${process.version}\n`)
  const add = (file) => {
    const { size, mtimeMs } = statSync(join(root, file))
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(root, folder), { recursive: true }).sort())
      if (name.endsWith('.ts') && !name.endsWith('.test.ts')) add(`${folder}/${name}`)
  }
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/compiled.mjs']) add(file)
  return hash.digest('hex').slice(0, 24)
}

/** URL of an entry point as JavaScript; undefined when it cannot be made here, and the sources must be loaded as they are. */
export async function compiled(entry) {
  const cache = join(root, 'node_modules', '.cache', 'orchsim')
  try {
    const folder = join(cache, stampOfSources())
    if (!existsSync(folder)) await bundle(cache, folder)
    return pathToFileURL(join(folder, `${entry}.js`)).href
  } catch (error) {
    if (process.env.ORCHSIM_DEBUG !== undefined) console.error(error)
    return undefined
  }
}

/** Makes the bundle beside its place and moves it there whole: two processes may do so at once. */
async function bundle(cache, folder) {
  const { build } = await import('esbuild')
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(join(cache, '.new-'))
  try {
    await build({
      absWorkingDir: root,
      entryPoints: ENTRIES,
      outdir: made,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: EXTERNAL,
      sourcemap: true,
      logLevel: 'silent',
      // Packages in CommonJS call require, which a module does not have.
      banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
      plugins: [ownUrls],
    })
    renameSync(made, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
  for (const name of readdirSync(cache)) {
    const old = join(cache, name)
    if (old !== folder && Date.now() - statSync(old).mtimeMs > KEPT) rmSync(old, { recursive: true, force: true })
  }
}

/** `import.meta.url` in a source is that of the source, beside which lie its fonts, scripts and workers. */
const ownUrls = {
  name: 'own-urls',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](sim|workloads|reports|experiments)[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      return { contents, loader: 'ts' }
    })
  },
}
