/** `orchsim chart RESULTS [NAME]`: draws a chart of the report again, or the user's own vega-lite specification over the tables of a results folder. */
import { readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { ChartError, chartsIn, drawFromFolder, TableError, writeWhole, type OwnSpecFile, type Redrawn } from '../../reports/index.ts'
import { show } from '../file/document.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Options of `chart`. */
export interface ChartOptions {
  readonly spec?: string
  readonly out?: string
}

/** The call is wrong; the message says how. */
class Wrong extends Error {}

const ENDINGS = ['.svg', '.png', '.json'] as const

/** Writes the files of one chart, or lists the charts of the folder. */
export async function chartCommand(folder: string, name: string | undefined, options: ChartOptions, screens: Screens): Promise<ExitCode> {
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

async function listCharts(folder: string, screens: Screens): Promise<ExitCode> {
  const names = await chartsIn(folder)
  if (names.length === 0)
    throw new Wrong(
      `found no charts in ${show(folder)}; accepted: a folder written by "orchsim run", or --spec with your own specification`,
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
