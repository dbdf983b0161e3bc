/** Entry point of the thread that loads a user's file for its descriptors; JavaScript for the same reason as run/boot.mjs. */
import { existsSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import './register-hooks.mjs'

const source = new URL('./describe.ts', import.meta.url)
const fromSources = existsSync(source)
if (fromSources) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { describeFile } = await import(fromSources ? source.href : './describe.js')
parentPort.postMessage(await describeFile(workerData))
