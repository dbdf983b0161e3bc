/** Tests the package as users install it: packs it, installs it in an empty folder, and runs it with a user's own TypeScript scheduler. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'orchsim-pack-'))
const apart = mkdtempSync(join(tmpdir(), 'orchsim-apart-'))
const run = (command, args, cwd, stdio = 'pipe') =>
  execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', stdio, 'inherit'] })
const fail = (message) => {
  console.error(`packed tarball: ${message}`)
  process.exitCode = 1
}

try {
  const [{ filename, size, entryCount }] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], root))
  console.log(`${filename}: ${Math.round(size / 1024)} kB, ${entryCount} files`)
  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "private": true }')
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', `./${filename}`], folder)

  writeFileSync(
    join(folder, 'roomy.ts'),
    `import type { OwnScheduler } from 'orchsim'

const roomy: OwnScheduler = {
  name: 'roomy',
  score: (pod: number, node: number, { nodes, pods }) => (nodes.freeCpu[node] - pods.cpu[pod]) / nodes.cpu[node],
}

export default roomy
`,
  )
  // As in the user's editor: the types of the package resolve and match.
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  run(process.execPath, [compiler, '--noEmit', '--strict', '--module', 'preserve', 'roomy.ts'], folder, 'inherit')
  writeFileSync(
    join(folder, 'small.yaml'),
    `name: small
replications: 2
horizon: 8m
warmup: 2m
cluster: { pools: [{ name: general, count: 20, cpu: 8, memory: 32Gi }, { name: gpu, trace: openb }] }
workload:
  services:
    - { name: web, replicas: 10, cpu: 500m, memory: 1Gi, objective: 100ms, traffic: { rate: 100/s }, work: { cpu: 8ms } }
  background:
    - { trace: openb, inflate: { cpu: 20% } }
compare:
  scheduling: [best-fit, { file: ./roomy.ts }]
`,
  )
  console.log(run('npx', ['--no-install', 'orchsim', 'run', 'small.yaml', '--jobs', '2'], folder))
  const out = join(folder, 'results', 'small')
  for (const name of ['runs.csv', 'summary.csv', 'timeseries.csv', 'manifest.json', 'report.html', 'charts']) {
    if (!existsSync(join(out, name))) fail(`${name} was not written`)
    else if (statSync(join(out, name)).isFile() && statSync(join(out, name)).size === 0) fail(`${name} is empty`)
  }
  const states = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).runs.map((each) => each.state)
  if (states.length !== 4 || states.some((state) => state !== 'finished')) fail(`runs: ${states.join(', ')}`)
  const orchsim = (...args) => run('npx', ['--no-install', 'orchsim', ...args], folder)
  orchsim('list', 'scheduling')
  orchsim('schema')
  orchsim('completion', 'bash')
  orchsim('trace', 'openb')
  orchsim('doctor')
  for (const template of ['loop', 'scheduling', 'binpacking', 'autoscaling', 'slb']) {
    orchsim('init', template, '--template', template)
    orchsim('plan', join(template, 'experiment.yaml'))
    // Without an algorithm of its own a folder has nothing to check yet.
    if (template !== 'loop') run(process.execPath, [compiler, '-p', template], folder, 'inherit')
  }
  // A folder that finds no package above it, as after a global installation; a wrong column name is an error of the editor.
  orchsim('init', apart, '--template', 'scheduling')
  run(process.execPath, [compiler, '-p', apart], folder, 'inherit')
  const own = join(apart, 'emptiest.ts')
  writeFileSync(own, readFileSync(own, 'utf8').replace('nodes.freeCpu', 'nodes.freeCPU'))
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', apart], { encoding: 'utf8' })
  if (!stdout.includes("Did you mean 'freeCpu'?")) fail(`the types of a folder apart: ${stdout || 'no error'}`)
  // A second call with other numbers, a comparison of both folders, and a chart of one of them.
  orchsim('run', 'small.yaml', '--quiet', '--out', 'again', '--seed', '2', '--replications', '1')
  orchsim('compare', join('results', 'small'), 'again')
  orchsim('chart', 'again', 'latency', '--out', 'latency.png')
  if (!existsSync(join(folder, 'latency.png'))) fail('latency.png was not drawn')
  const shipped = ['quickstart.yaml', 'slb/power-of-choices.yaml', 'loop/packing-and-balancing.yaml'].map((name) =>
    join('node_modules', 'orchsim', 'experiments', name),
  )
  orchsim('validate', ...shipped)
  if (process.exitCode === undefined) console.log('the packed tarball runs in an empty folder')
} finally {
  rmSync(folder, { recursive: true, force: true })
  rmSync(apart, { recursive: true, force: true })
}
