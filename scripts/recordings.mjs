/**
 * Replays recordings of real programs: feeds their inputs to our implementation and compares the decisions.
 *   npm run recordings -- FILE...     .json or .json.gz; without files: the copies in sim/testing/recordings/data
 * Prints per file the ids that differ with the first difference of each, and at the end `N passed, N failed`. Exit code 1 when one differs.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { register } from 'tsx/esm/api'

register()
const { parseRecording, replayRecording } = await import('../sim/testing/recordings/index.ts')

/** The text of a plain or compressed file. */
function textOf(file) {
  const bytes = readFileSync(file)
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString()
}

function bundled(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.json.gz'))
    .sort()
    .map((name) => join(folder, name))
}

const given = process.argv.slice(2)
const files = given.length > 0 ? given : bundled(fileURLToPath(new URL('../sim/testing/recordings/data', import.meta.url)))
let passed = 0
let failed = 0
let unreadable = 0
for (const file of files) {
  try {
    const result = replayRecording(parseRecording(textOf(file)))
    passed += result.passed
    failed += result.failed.length
    console.log(`${file}: ${result.passed} passed, ${result.failed.length} failed`)
    for (const { id, difference } of result.failed) console.log(`  ${id}: ${difference}`)
  } catch (error) {
    unreadable++
    console.error(`${file}: ${error.message}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || unreadable > 0 ? 1 : 0
