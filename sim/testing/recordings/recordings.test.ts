import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseRecording, replayRecording } from './index.ts'

const DATA = new URL('./data/', import.meta.url)
const files = (readdirSync(DATA, { recursive: true }) as string[]).filter((name) => name.endsWith('.json.gz')).sort()

describe('recordings of the real programs', () => {
  it.each(files)('%s: every case is decided as recorded', (file) => {
    const recording = parseRecording(gunzipSync(readFileSync(new URL(file, DATA))).toString())
    const { passed, failed } = replayRecording(recording)
    expect(failed).toEqual([])
    expect(passed).toBe(recording.cases.length)
    expect(passed).toBeGreaterThan(0)
  })

  it('a changed recording is noticed: a replay does not pass whatever it reads', () => {
    const text = gunzipSync(readFileSync(new URL('controllers/deployment.json.gz', DATA))).toString()
    const recording = parseRecording(text.replace(/"size": ?3/, '"size": 4'))
    expect(replayRecording(recording).failed.length).toBeGreaterThan(0)
  })

  it('refuses what is no recording, and schemas, families and systems that are not known', () => {
    expect(() => parseRecording('{}')).toThrow('the file holds no list of cases')
    expect(() => replayRecording({ schema: 'other/1', family: 'x', cases: [] })).toThrow('schema "other/1" is not known; accepted: ')
    expect(() => replayRecording({ schema: 'orchsim-controllers-oracle/1', family: 'x', cases: [] })).toThrow('family "x"')
    expect(() => replayRecording({ system: 'Other 1', family: '', schema: '', cases: [] })).toThrow(
      'system "Other 1" is not known; accepted: ',
    )
  })
})
