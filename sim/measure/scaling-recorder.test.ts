import { describe, expect, it } from 'vitest'
import { ScalingRecorder } from './scaling-recorder.ts'

const MINUTE = 60e6

function record(actions: readonly (readonly [target: string, change: number, minute: number])[], windowStart = 0) {
  const recorder = new ScalingRecorder(windowStart * MINUTE)
  for (const [target, change, minute] of actions) recorder.action(target, change, minute * MINUTE)
  return [recorder.actions, recorder.reversals]
}

describe('scaling actions and reversals', () => {
  it('an action counts once, however many pods it adds; a change by 0 is none', () => {
    expect(
      record([
        ['web', 5, 1],
        ['web', 1, 2],
        ['web', 0, 3],
      ]),
    ).toEqual([2, 0])
  })
  it('down after up within ten minutes, the tenth included, is a reversal; later it is none', () => {
    expect(
      record([
        ['web', 2, 1],
        ['web', -1, 11],
      ]),
    ).toEqual([2, 1])
    expect(
      record([
        ['web', 2, 1],
        ['web', -1, 11.01],
      ]),
    ).toEqual([2, 0])
  })
  it('up, down, down, up in four minutes: two reversals', () => {
    expect(
      record([
        ['web', 1, 1],
        ['web', -1, 2],
        ['web', -1, 3],
        ['web', 1, 4],
      ]),
    ).toEqual([4, 2])
  })
  it('targets are independent', () => {
    expect(
      record([
        ['web', 1, 1],
        ['api', -1, 2],
        ['nodes/0', -1, 2],
      ]),
    ).toEqual([3, 0])
  })
  it('an action of the warm-up is not counted, but can be reversed in the window', () => {
    expect(
      record(
        [
          ['web', 1, 9],
          ['web', -1, 10],
        ],
        10,
      ),
    ).toEqual([1, 1])
  })
})
