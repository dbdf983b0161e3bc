/** Reads manifests from text, through a file, as users do. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ManifestsRead, ManifestWorkload } from './model.ts'
import { readManifests } from './read.ts'

const folder = mkdtempSync(join(tmpdir(), 'manifests-'))

/** Writes a file. */
export function fileOf(text: string, name = 'shop.yaml'): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** What is read from a text. */
export const readText = (text: string, name?: string): ManifestsRead => readManifests([fileOf(text, name)])

/** Problems as `severity line:column object path: message`. */
export const problemsOf = ({ problems }: ManifestsRead): string[] =>
  problems.map(({ severity, place, object, path, message }) => `${severity} ${place.line}:${place.column} ${object} ${path}: ${message}`)

/** The only workload of a text without errors. */
export function workloadOf(text: string): ManifestWorkload {
  const read = readText(text)
  const errors = read.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0 || read.manifests.workloads.length !== 1) throw new Error(problemsOf(read).join('\n'))
  return read.manifests.workloads[0]
}

/** A pod template of one container, in flow style. */
export const template = (container = '', pod = ''): string =>
  `template: { metadata: { labels: { app: web } }, spec: { ${pod}containers: [{ name: web, image: web:1${container} }] } }`

/** A Deployment. */
export const deployment = (spec = '', more = template(), name = 'web'): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, namespace: shop }\nspec: { ${spec}selector: { matchLabels: { app: web } }, ${more} }\n`

/** Documents of one file. */
export const documents = (...all: readonly string[]): string => all.join('---\n')
