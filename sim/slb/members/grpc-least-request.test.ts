import { expect, test } from 'vitest'
import { grpcLeastRequest } from './grpc-least-request.ts'
import { context, filled, letters, picks, scripted } from '../slb.fixture.ts'

const of3 = (draws: readonly number[], choices: number): string =>
  letters(picks(filled(grpcLeastRequest.create({ choices }, context(scripted(draws))), [1, 1, 1]), draws.length / choices))

test('two draws: a tie is the first drawn; then b has fewer than a; the same backend twice is no choice', () => {
  expect(of3([0, 1, 0, 1, 0, 0], 2)).toBe('aba')
})

test('three draws look at a third backend', () => {
  expect(of3([0, 1, 2, 1, 0, 2], 3)).toBe('ab')
  expect(of3([0, 0, 0, 0, 0, 2], 3)).toBe('ac')
})
