import { describe } from 'vitest'
import { testQueueingTheory } from './theory.fixture.ts'

describe('queueing theory, with eight times the requests', () => testQueueingTheory({ requests: 320_000, narrow: 0.06, many: 60 }))
