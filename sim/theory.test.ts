import { describe } from 'vitest'
import { testQueueingTheory } from './theory.fixture.ts'

describe('queueing theory', () => testQueueingTheory({ requests: 40_000, narrow: 0.17, many: 30 }))
