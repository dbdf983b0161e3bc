/** `orchsim chart RESULTS`: a chart of the report once more, or a vega-lite specification of the user's own over the tables of a results folder. */
import { readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { ChartError, chartsIn, drawFromFolder, TableError, writeWhole, type OwnSpecFile, type Redrawn } from '../../reports/index.ts'
import { EXIT, type Screens } from './cli.ts'
import { show } from '../file/document.ts'

export interface ChartOptions {
  readonly spec?: string
  readonly out?: string
}

/** A call that is wrong. */
class Wrong extends Error {}

const ENDINGS = ['.svg', '.png', '.json'] as const

export async function chartCommand(folder: string, name: string | undefined, options: ChartOptions, screens: Screens): Promise<number> {
  try {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new Wrong(`found no folder ${show(folder)}; accepted: a folder of results`)
    if (name === undefined && options.spec === undefined) return await listCharts(folder, screens)
    if (name !== undefined && options.spec !== undefined) throw new Wrong('found a chart and --spec; accepted: one of the two')
    const ending = options.out === undefined ? undefined : endingOf(options.out)
    const drawn = await drawFromFolder(folder, name ?? ownSpec(options.spec!))
    for (const warning of drawn.warnings) screens.err.write(`note: ${warning}\n`)
    const files =
      options.out === undefined ? [join(folder, 'charts', `${drawn.name}.svg`), join(folder, 'charts', `${drawn.name}.png`)] : [options.out]
    for (const file of files) screens.out.write(`${await writeWhole(file, await contentOf(drawn, ending ?? endingOf(file)))}\n`)
    return EXIT.done
  } catch (error) {
    if (!(error instanceof Wrong || error instanceof ChartError || error instanceof TableError)) throw error
    screens.err.write(`orchsim chart: ${error.message}\n`)
    return EXIT.wrong
  }
}

async function listCharts(folder: string, screens: Screens): Promise<number> {
  const names = await chartsIn(folder)
  if (names.length === 0)
    throw new Wrong(
      `found no charts in ${show(folder)}; accepted: a folder that "orchsim run" has written, or --spec with a specification of your own`,
    )
  screens.out.write(`${names.join('\n')}\n`)
  return EXIT.done
}

function ownSpec(file: string): OwnSpecFile {
  try {
    return { file, text: readFileSync(file, 'utf8') }
  } catch (error) {
    throw new Wrong(
      `found ${show(file)}, which cannot be read (${(error as NodeJS.ErrnoException).code}); accepted: a vega-lite specification (JSON)`,
    )
  }
}

type Ending = (typeof ENDINGS)[number]

function endingOf(file: string): Ending {
  const ending = ENDINGS.find((known) => known === extname(file).toLowerCase())
  if (ending === undefined) throw new Wrong(`found the file ${show(file)}; accepted: a name that ends in ${ENDINGS.join(', ')}`)
  return ending
}

async function contentOf(drawn: Redrawn, ending: Ending): Promise<string | Uint8Array> {
  switch (ending) {
    case '.svg':
      return `${drawn.svg}\n`
    case '.png':
      return drawn.png()
    case '.json':
      return `${JSON.stringify(drawn.spec, null, 1)}\n`
  }
}
