/**
 * Tests the blocks of all Markdown pages: every command of a shell block runs (shortened), every experiment in a YAML block and every
 * fragment of one is valid, every algorithm in a TypeScript block is accepted by a family. The blocks of a page are tested from top to
 * bottom in one folder, so that a command may use what an earlier one wrote.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { charts, onDemand } from './charts.fixture.ts'
import { main } from './cli.ts'
import { PARTS } from '../../sim/index.ts'
import { FAMILY_PATHS, familyOf } from '../file/families.ts'
import { loadFile } from '../file/load.ts'
import { isMap } from '../file/quantities.ts'
import { readExperiment } from '../file/spec.ts'
import { problemsText } from '../file/document.ts'

/** Charts of `run` are empty. */
vi.mock(import('../../reports/charts/render.ts'), async (original) => onDemand(await original()))

const root = fileURLToPath(new URL('../..', import.meta.url))
const home = process.cwd()
const temporary = mkdtempSync(join(tmpdir(), 'orchsim-docs-'))
afterEach(() => process.chdir(home))
afterAll(() => rmSync(temporary, { recursive: true }))

interface Block {
  readonly line: number
  readonly language: string
  readonly text: string
}

const skipped = new Set(['node_modules', 'dist', 'results', '.nodes', '.git'])

function pages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      if (skipped.has(entry.name)) return []
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return pages(path)
      return entry.name.endsWith('.md') ? [relative(root, path)] : []
    })
    .sort()
}

function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let open: { line: number; language: string; lines: string[] } | undefined
  readFileSync(join(root, page), 'utf8')
    .split('\n')
    .forEach((text, i) => {
      const fence = /^```(\w*)/.exec(text)
      if (fence === null) open?.lines.push(text)
      else if (open === undefined) open = { line: i + 1, language: fence[1], lines: [] }
      else {
        blocks.push({ line: open.line, language: open.language, text: `${open.lines.join('\n')}\n` })
        open = undefined
      }
    })
  return blocks
}

/** Commands of a shell block without their comments; `a && b` are two. */
export function commandsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .flatMap((line) => line.split(' && '))
    .map((line) => line.trim())
}

/** Words of a command; single quotes keep a word together. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''))
}

/** Overrides that shorten a run for the test. */
const SMALL = ['--set', 'horizon=5s', '--set', 'warmup=1s', '--replications', '2', '--set', 'start=empty', '--set', 'assert=[]']

async function orchsim(args: readonly string[]): Promise<string> {
  let output = ''
  const screen = { write: (text: string) => void (output += text) }
  const small = args[0] === 'run' ? [...args.filter((arg) => arg !== '--watch'), ...SMALL] : args
  // Expands globs, as a shell would.
  const spread = small.flatMap((arg) => (arg.includes('*') && !arg.includes('=') ? globbed(arg) : [arg]))
  charts.drawn = args[0] !== 'run'
  const code = await main(spread, { out: screen, err: screen }, new AbortController().signal)
  expect(code, `orchsim ${args.join(' ')}\n${output}`).toBe(0)
  return output
}

const globbed = (pattern: string): string[] =>
  readdirSync(dirname(pattern))
    .filter((name) =>
      new RegExp(
        `^${pattern
          .slice(dirname(pattern).length + 1)
          .replaceAll('.', '\\.')
          .replaceAll('*', '.*')}$`,
      ).test(name),
    )
    .map((name) => join(dirname(pattern), name))

const deployment = (app: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${app}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${app} } }
  template:
    metadata: { labels: { app: ${app} } }
    spec: { containers: [{ name: ${app}, image: ${app}, resources: { requests: { cpu: 500m, memory: 1Gi } } }] }
`

const serviceOf = (app: string): string => `apiVersion: v1
kind: Service
metadata: { name: ${app}, namespace: shop }
spec: { selector: { app: ${app} }, ports: [{ port: 80 }] }
`

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop }
spec:
  rules:
    - host: shop.example
      http: { paths: [{ path: /cart, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`

/** A shop: a web tier behind an Ingress, an api that it calls, and a worker that nobody calls. */
const MANIFEST = [...['web', 'api', 'worker'].map(deployment), ...['web', 'api'].map(serviceOf), INGRESS].join('---\n')

/** What kubectl prints about a node and a pending pod. */
const CLUSTER = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      kind: 'Node',
      metadata: { name: 'a', labels: { 'eks.amazonaws.com/nodegroup': 'general' } },
      status: { allocatable: { cpu: '2', memory: '4Gi', pods: '3' } },
    },
    {
      kind: 'Pod',
      metadata: { name: 'web-7', namespace: 'shop' },
      spec: { containers: [{ name: 'web', resources: { requests: { cpu: '500m' } } }] },
    },
    {
      kind: 'Pod',
      metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' } },
      spec: { nodeName: 'a', containers: [{ name: 'web', resources: { requests: { cpu: '500m', memory: '1Gi' } } }] },
    },
    { kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'web' } } },
  ],
})

const ROLLOUT = 'replicas: 4\nversions: [{ name: v1 }, { name: v2 }]\nactions: [{ at: 1m, version: v2 }]\n'

const CAPACITY = 'nodes: [{ name: small, cpu: 4, memory: 16Gi, price: 0.2/h }]\npods: [{ count: 9, cpu: 1, memory: 1Gi }]\n'

const AUTOSCALER = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, maxReplicas: 9 }
`

const OBSERVATIONS = 'manifest: hpa.yaml\nobservations: [{ at: 15s, pods: [{ used: { cpu: 450m }, request: { cpu: 500m } }] }]\n'

const PICKS = 'slb: round-robin\nservers: [{ name: a }, { name: b }]\nevents: [{ quick: 2 }]\n'

const PROFILES = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\npercentageOfNodesToScore: 100\n'

/** A folder for a page, with the files of experiments/ that the package contains, and a reader's own: manifests, a cluster, requests. */
function reader(page: string): string {
  const folder = join(temporary, page.replaceAll(/[^\w]/g, '-'))
  mkdirSync(folder, { recursive: true })
  for (const entry of readdirSync(join(root, 'experiments'), { withFileTypes: true })) {
    if (['commands', 'file', 'plan', 'run', 'pictures'].includes(entry.name)) continue
    cpSync(join(root, 'experiments', entry.name), join(folder, 'experiments', entry.name), { recursive: true })
  }
  for (const name of readdirSync(join(root, 'experiments')).filter((one) => /^\w[\w-]*\.(ts|yaml)$/.test(one))) {
    if (!existsSync(join(folder, name))) cpSync(join(root, 'experiments', name), join(folder, name))
  }
  mkdirSync(join(folder, 'shop'), { recursive: true })
  writeFileSync(join(folder, 'shop', 'web.yaml'), MANIFEST)
  writeFileSync(join(folder, 'cluster.json'), CLUSTER)
  writeFileSync(join(folder, 'picks.yaml'), PICKS)
  writeFileSync(join(folder, 'capacity.yaml'), CAPACITY)
  writeFileSync(join(folder, 'hpa.yaml'), AUTOSCALER)
  writeFileSync(join(folder, 'observations.yaml'), OBSERVATIONS)
  writeFileSync(join(folder, 'rollout.yaml'), ROLLOUT)
  writeFileSync(join(folder, 'scheduler.yaml'), PROFILES)
  writeFileSync(join(folder, 'tuning.yaml'), JSON.stringify(TUNING))
  return folder
}

const SERVICE = {
  name: 'web',
  replicas: 4,
  cpu: '500m',
  memory: '1Gi',
  objective: '100ms',
  traffic: { rate: '20/s' },
  work: { cpu: '4ms' },
}
const BASE = {
  name: 'base',
  horizon: '2m',
  warmup: '10s',
  cluster: { pools: [{ name: 'general', count: 3, max: 9, cpu: 16, memory: '64Gi' }] },
}

/** Two sizes of the service to choose from. */
const TUNING = {
  ...BASE,
  horizon: '40s',
  replications: 2,
  workload: { services: [SERVICE] },
  compare: { 'workload.services.web.replicas': [1, 4] },
}

/** An experiment around a fragment. */
function around(fragment: Record<string, unknown>): Record<string, unknown> {
  const part = (keys: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(Object.entries(fragment).filter(([key]) => keys.includes(key)))
  const ofService = ['traffic', 'work', 'routing', 'connections']
  const ofWorkload = ['services', 'background', 'jobs', 'batch', 'antagonists']
  const rest = Object.entries(fragment).filter(([key]) => ![...ofService, ...ofWorkload].includes(key))
  return { ...BASE, workload: { services: [{ ...SERVICE, ...part(ofService) }], ...part(ofWorkload) }, ...Object.fromEntries(rest) }
}

async function right(file: string, what: string): Promise<void> {
  const resolved = await readExperiment(file)
  expect('problems' in resolved ? problemsText(resolved.problems) : '', what).toBe('')
}

it('each block of each page names its language', () => {
  const known = ['sh', 'yaml', 'ts', 'text', 'html', 'csv', 'json']
  expect(
    pages(root).flatMap((page) =>
      blocksOf(page)
        .filter(({ language }) => !known.includes(language))
        .map(({ line }) => `${page}:${line}`),
    ),
  ).toEqual([])
})

describe('commands and experiments on the pages are valid', () => {
  const typed = pages(root).filter((page) => blocksOf(page).some(({ language }) => ['sh', 'yaml'].includes(language)))

  it.each(typed)(
    '%s',
    async (page) => {
      const blocks = blocksOf(page)
      const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts
      process.chdir(reader(page))
      for (const { language, text, line } of blocks) {
        const what = `${page}:${line}`
        if (language === 'yaml') {
          const data: unknown = parse(text)
          if (!isMap(data)) throw new Error(`${what}: no map`)
          if ('cluster' in data && 'workload' in data) {
            const file = `${String(data['name'])}.yaml`
            writeFileSync(file, text)
            await right(file, what)
          } else if ('events' in data && 'servers' in data) {
            writeFileSync('picks.yaml', text)
            await orchsim(['explain', 'balance', 'picks.yaml'])
          } else if ('nodes' in data && 'pods' in data) {
            writeFileSync('capacity.yaml', text)
            await orchsim(['plan-capacity', 'capacity.yaml'])
          } else if ('observations' in data) {
            writeFileSync('observations.yaml', text)
            await orchsim(['explain', 'autoscale', 'observations.yaml'])
          } else {
            const file = `fragment-${line}.yaml`
            writeFileSync(file, JSON.stringify(around(data)))
            await right(file, what)
          }
        } else if (language === 'ts') {
          // A file that later blocks may name.
          const named = /^ {2}name: '([a-z-]+)',$/m.exec(text)
          if (named !== null) writeFileSync(`${named[1]}.ts`, text)
        } else if (language === 'sh') {
          for (const command of commandsOf(text)) {
            const [program, ...args] = wordsOf(command.replace(/^npx /, ''))
            if (program === 'npm') {
              const script = args[0] === 'run' ? args[1] : args[0]
              expect(['ci', 'install', 'test', ...Object.keys(scripts)], `${what}: ${command}`).toContain(script)
            } else if (program === 'orchsim') await orchsim(args)
            else expect(['git', 'cd', 'kubectl'], `${what}: ${command}`).toContain(program)
          }
        }
      }
    },
    120_000,
  )
})

describe('algorithms on the pages', () => {
  const own = pages(root).flatMap((page) =>
    blocksOf(page)
      .filter(({ language, text }) => language === 'ts' && text.includes('export default'))
      .map((block) => ({ page, ...block })),
  )

  it.each(own.map((block) => [`${block.page}:${block.line}`, block] as const))('%s is one of its family', async (_, { text, line }) => {
    const file = join(temporary, `own-${line}-${text.length}.ts`)
    writeFileSync(file, text)
    const loaded = await loadFile(file)
    if ('wrong' in loaded) throw new Error(loaded.wrong)
    const families = [...FAMILY_PATHS.map(familyOf), ...Object.values(PARTS)]
    expect(families.filter((family) => !('problems' in family.adopt(loaded.exported))).length, 'families that take it').toBeGreaterThan(0)
  })
})

describe('parsing of shell blocks', () => {
  it('commands lose their comments, and quotes keep words together', () => {
    expect(commandsOf('npm ci && npm start   # go\n\n# all\norchsim list\n')).toEqual(['npm ci', 'npm start', 'orchsim list'])
    expect(wordsOf("orchsim run x.yaml --set 'slb=[a, b]' --set y=1")).toEqual([
      'orchsim',
      'run',
      'x.yaml',
      '--set',
      'slb=[a, b]',
      '--set',
      'y=1',
    ])
  })
})
