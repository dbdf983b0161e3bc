/** `orchsim explain rollout` as a user runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RolloutStep } from '../../sim/index.ts'
import type { Screens } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { explainRolloutCommand } from './explain-rollout.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-rollout-'))
afterAll(() => rmSync(folder, { recursive: true }))

function run(text: string, json = false): { code: number; out: string; err: string } {
  const file = join(folder, 'rollout.yaml')
  writeFileSync(file, text)
  const said = { out: '', err: '' }
  const screen = (key: 'out' | 'err') => ({ write: (one: string) => ((said[key] += one), true) })
  const code = explainRolloutCommand(file, json, { out: screen('out'), err: screen('err') } as unknown as Screens)
  return { code, ...said }
}

const ROLLOUT = 'replicas: 10\nversions: [{ name: v1 }, { name: v2 }]\nactions: [{ at: 1m, version: v2 }]\n'

describe('explain rollout', () => {
  it('prints a line per step, with sizes in the order in which they were written', () => {
    const { code, out } = run(ROLLOUT)
    expect(code).toBe(EXIT.done)
    expect(out).toContain('sets v2 0 to 3, v1 10 to 8, v2 3 to 5')
    expect(out).toContain('8 are available and 8 must be; 5 new pods are not available yet')
  })

  it('prints an object per step as JSON, times in seconds', () => {
    const steps = run(ROLLOUT, true)
      .out.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(steps[1]).toMatchObject({
      time: 60,
      actions: ['version v2'],
      ready: 8,
      complete: false,
      versions: [
        { version: 'v1', replicas: 8, pods: 8, ready: 8, terminating: 2 },
        { version: 'v2', replicas: 5, pods: 5, ready: 0, terminating: 0 },
      ],
    })
  })

  it.each(['daemon-set', 'swarm-service', 'ecs-service', 'marathon-app', '{ deployment: { strategy: recreate } }'])(
    'a rollout of a %s, with keys as in an experiment, ends complete with the new version',
    (controller) => {
      const last = JSON.parse(run(`controller: ${controller}\n${ROLLOUT}`, true).out.trim().split('\n').at(-1)!) as RolloutStep
      expect(last).toMatchObject({ complete: true, ready: 10, versions: [{ pods: 0 }, { pods: 10, ready: 10 }] })
    },
  )

  it.each([
    ['versions: []', 'versions  found an empty list; accepted: at least the version of the start'],
    ['versions: [{ name: a }, { name: a }]', 'found a second version "a"; accepted: each name once'],
    ['versions: [{ name: a }]\nactions: [{ at: 1s, version: b }]', 'found the unknown version "b"; accepted: a'],
    ['versions: [{ name: a }]\nactions: [{ at: 1s, act: undone }]', 'accepted: pause, resume, undo, restart (did you mean undo?)'],
    ['versions: [{ name: a }]\nactions: [{ at: 1s }]', 'accepted: a map with at and one of version, scale, act'],
    [
      'versions: [{ name: a }]\ncontroller: daemon-set\nactions: [{ at: 1s, scale: 3 }]',
      'found 3, but this daemon-set has one pod on each node; accepted: version, act: undo or restart',
    ],
    ['versions: [{ name: a, fails: 3s }]', 'containers of a deployment are started again in their pods; accepted: ready: never'],
    [
      'versions: [{ name: a }]\ncontroller: stateful-set\nactions: [{ at: 1s, act: pause }]',
      'found pause, but a stateful-set cannot be paused',
    ],
    ['versions: [{ name: a }]\nreplica: 3', 'found the unknown key "replica"; accepted: replicas'],
  ])('%s is refused with its place', (text, message) => {
    const { code, err } = run(text)
    expect(code).toBe(EXIT.wrong)
    expect(err).toContain(message)
    expect(err).toMatch(/rollout\.yaml:\d+:\d+ {2}/)
  })
})
