#!/usr/bin/env node
// In a clone the TypeScript sources run as they are now, as a bundle that is named by their state; in the package there are only compiled files.
import { existsSync } from 'node:fs'

const source = new URL('../experiments/commands/cli.ts', import.meta.url)
const { start } = await import(existsSync(source) ? await sourceOf() : '../dist/experiments/commands/cli.js')
await start()

async function sourceOf() {
  const { compiled } = await import('../scripts/compiled.mjs')
  const bundle = await compiled('cli')
  if (bundle !== undefined) return bundle
  const { register } = await import('tsx/esm/api')
  register()
  return source.href
}
