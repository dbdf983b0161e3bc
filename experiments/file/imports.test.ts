/** Which folder may import which. The test reads the imports of every file and prints the drawing when one is not allowed. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const DRAWING = `
            experiments        bench
           /     |     \\         |  (may import anything)
   workloads     |     reports   |
           \\     |     /         |
            +-> sim <-+<---------+
`

/** Other folders that each folder may import. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  sim: [],
  workloads: ['sim'],
  reports: ['sim'],
  experiments: ['sim', 'workloads', 'reports'],
  bench: ['sim', 'workloads', 'reports', 'experiments'],
}

/** Inside sim: the other folders that these may import. */
const LOW: Readonly<Record<string, readonly string[]>> = {
  'sim/random': [],
  'sim/engine': ['sim/common/'],
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/g

interface Import {
  readonly from: string
  readonly to: string
}

function importsOf(folder: string): Import[] {
  const files = readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
  return files.flatMap((name) => {
    const from = join(folder, name)
    const text = readFileSync(join(root, from), 'utf8')
    return [...text.matchAll(IMPORT)]
      .map((match) => match[1] ?? match[2] ?? match[3])
      .filter((target) => target.startsWith('.'))
      .map((target) => ({
        from: from.replaceAll('\\', '/'),
        to: relative(root, resolve(root, dirname(from), target)).replaceAll('\\', '/'),
      }))
  })
}

const all = Object.keys(MAY).flatMap(importsOf)
const top = (path: string): string => path.split('/')[0]
const isTest = (path: string): boolean => /\.(test|fixture)\.ts$/.test(path)

describe('imports', () => {
  it('are found', () => expect(all.length).toBeGreaterThan(100))

  it('follow the drawing', () => {
    const wrong = all.filter(({ from, to }) => top(from) !== top(to) && !MAY[top(from)].includes(top(to)))
    const lines = wrong.map(({ from, to }) => `${from} imports ${to}`)
    expect(lines, `${DRAWING}\n${lines.join('\n')}\n`).toEqual([])
  })

  it('of engine and random stay inside, except for sim/common', () => {
    const wrong = all.filter(
      ({ from, to }) =>
        !isTest(from) &&
        Object.keys(LOW).some(
          (low) => from.startsWith(`${low}/`) && !to.startsWith(`${low}/`) && !LOW[low].some((ok) => to.startsWith(ok)),
        ),
    )
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it('end in .ts, which every runner of TypeScript resolves', () => {
    expect(all.filter(({ to }) => !/\.(ts|mjs|json)$/.test(to)).map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })
})
