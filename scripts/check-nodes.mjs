/**
 * Checks that Node 20, 22 and 24, with one worker and eight, give the same bytes: installs these versions from the registry into .nodes,
 * runs one experiment with each, and compares all files of the results; versions and times of the manifest are not compared.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSIONS = ['20.20.2', '22.23.3', '24.21.0']
const JOBS = [1, 8]

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.nodes')
const experiment = join('experiments', 'check-nodes.yaml')

/** The executable of a version, installed once. */
function nodeOf(version) {
  const home = join(cache, version)
  const name = `node-${process.platform}-${process.arch}`
  const executable = join(home, 'node_modules', name, 'bin', 'node')
  if (!existsSync(executable)) {
    mkdirSync(home, { recursive: true })
    console.log(`installing ${name}@${version}`)
    execFileSync('npm', ['install', '--prefix', home, '--no-save', '--no-audit', '--no-fund', '--silent', `${name}@${version}`], {
      cwd: home,
      stdio: 'inherit',
    })
  }
  return executable
}

/** Digests of the files below a folder, by relative path. */
function digests(folder) {
  const result = new Map()
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
    const file = join(folder, name)
    if (statSync(file).isDirectory()) continue
    const content = name === 'manifest.json' ? comparable(readFileSync(file, 'utf8')) : readFileSync(file)
    result.set(name, createHash('sha256').update(content).digest('hex'))
  }
  return result
}

function comparable(text) {
  const { versions: _v, times: _t, ...manifest } = JSON.parse(text)
  for (const run of manifest.runs) delete run.seconds
  return JSON.stringify(manifest)
}

let first
let different = 0
for (const version of VERSIONS) {
  const node = nodeOf(version)
  for (const jobs of JOBS) {
    const out = join(cache, 'results', `${version}-${jobs}`)
    rmSync(out, { recursive: true, force: true })
    execFileSync(node, [join(root, 'bin', 'orchsim.js'), 'run', experiment, '--out', out, '--jobs', String(jobs), '--quiet'], {
      cwd: root,
      stdio: 'inherit',
    })
    const found = digests(out)
    const name = `Node ${version} with ${jobs} worker${jobs === 1 ? '' : 's'}`
    if (first === undefined) {
      first = found
      console.log(`${name}: ${found.size} files, the reference`)
      continue
    }
    const files = new Set([...first.keys(), ...found.keys()])
    const wrong = [...files].filter((file) => first.get(file) !== found.get(file))
    different += wrong.length
    console.log(`${name}: ${wrong.length === 0 ? 'equal' : `different: ${wrong.join(', ')}`}`)
  }
}
if (different > 0) process.exitCode = 1
