#!/usr/bin/env node
// In a clone the TypeScript sources run as they are, so that nothing stale is ever run; in the package there are only compiled files.
import { existsSync } from 'node:fs'

const source = new URL('../experiments/commands/cli.ts', import.meta.url)
const inClone = existsSync(source)
if (inClone) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { start } = await import(inClone ? source.href : '../dist/experiments/commands/cli.js')
await start()
