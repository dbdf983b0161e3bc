/** What an editor needs in a user's folder, wherever orchsim is installed: types of what own algorithms read, and the schema of experiments. */
import { createRequire } from 'node:module'
import { existsSync, realpathSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../file/package.ts'

export const EDITOR_CONFIG = 'tsconfig.json'

/** The text of the file for a folder that exists. */
export function editorConfig(folder: string): string {
  const compilerOptions = {
    target: 'es2023',
    module: 'preserve',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    ...(findsPackage(folder) ? {} : { paths: { orchsim: [typesFrom(folder)] } }),
  }
  return `${JSON.stringify({ compilerOptions, include: ['*.ts'] }, null, 2)}\n`
}

/** Whether an import from the folder finds this package in a node_modules above it. */
function findsPackage(folder: string): boolean {
  try {
    const found = createRequire(join(resolve(folder), 'any.js')).resolve('orchsim/package.json')
    return realpathSync(found) === realpathSync(new URL('package.json', packageRoot()))
  } catch {
    return false
  }
}

/** The first line of an experiment of the user's: with it an editor completes and checks the keys of the file. */
export function schemaLine(folder: string): string {
  return `# yaml-language-server: $schema=${fromFolder(folder, fileURLToPath(new URL('experiments/experiment.schema.json', packageRoot())))}\n`
}

/** The package's types, relative to the folder: sources in a clone, declarations in the package. */
function typesFrom(folder: string): string {
  const sources = new URL('sim/index.ts', packageRoot())
  const types = fileURLToPath(existsSync(sources) ? sources : new URL('dist/sim/index.d.ts', packageRoot()))
  return fromFolder(folder, types)
}

function fromFolder(folder: string, file: string): string {
  const path = relative(realpathSync(folder), file).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}
