import { test } from 'vitest'
import { agreesWithErlang } from './theory.fixture.ts'

test('c = 16, a = 14: waiting W = C(c, a) / (c μ - λ), completion W + 1/μ (10 replications, t = 4.781)', () => agreesWithErlang(16, 14))
