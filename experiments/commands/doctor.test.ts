import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checks, doctorCommand, machine, nodeVersion, writable, type Check } from './doctor.ts'

async function called(all?: readonly Check[]): Promise<{ code: number; out: string }> {
  let out = ''
  const code = await doctorCommand({}, { out: { write: (text) => void (out += text) }, err: { write: () => undefined } }, all)
  return { code, out }
}

describe('doctor', () => {
  it('prints a line for each check, and none fails on this machine', async () => {
    const { code, out } = await called()
    expect(out.split('\n').filter((line) => line.startsWith('wrong'))).toEqual([])
    expect(out.split('\n').filter((line) => line.startsWith('ok '))).toHaveLength(checks().length)
    expect(code).toBe(0)
  })

  it('names a check that fails, runs the others, and ends with 1', async () => {
    const { code, out } = await called([
      { name: 'broken', look: () => Promise.reject(new Error('no dice; install dice\n  at somewhere')) },
      { name: 'fine', look: () => 'good' },
    ])
    expect({ code, lines: out.split('\n').slice(1) }).toEqual({
      code: 1,
      lines: ['wrong broken  no dice; install dice', 'ok    fine    good', '1 of 2 checks failed', ''],
    })
  })

  it('refuses an old Node, little free memory and a missing folder', () => {
    expect(nodeVersion('20.19.0')).toContain('Node 20.19.0')
    expect(() => nodeVersion('20.18.3')).toThrow('too old; install 20.19 or newer')
    expect(() => nodeVersion('18.20.1')).toThrow('too old')
    expect(machine(1, 2 ** 30)).toBe('1 worker thread by default, 1.0 GiB of memory free')
    expect(() => machine(8, 100 * 2 ** 20)).toThrow('only 100 MiB of memory are free')
    const folder = mkdtempSync(join(tmpdir(), 'orchsim-doctor-test-'))
    expect(writable(folder)).toBe('results can be written here')
    rmSync(folder, { recursive: true })
    expect(() => writable(folder)).toThrow('ENOENT')
  })
})
