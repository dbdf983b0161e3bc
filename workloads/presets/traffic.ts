/** Presets of the arrivals of requests, by publication. */
import { balancedMeans, type DistributionSpec } from '../../sim/random/index.ts'
import type { TrafficPreset } from './preset.ts'

const SECOND = 1e6
const MINUTE = 60 * SECOND

/** A distribution of gaps with this C²: two exponential phases with balanced means. */
const gaps = (c2: number): DistributionSpec => ({ kind: 'hyperexponential', ...balancedMeans(SECOND, Math.sqrt(c2)) })

const SURGE = 'Barford and Crovella 1998, Generating representative web workloads for network and server performance evaluation (SURGE)'

/** The list of presets of arrivals. */
export const trafficPresets: readonly TrafficPreset[] = [
  {
    name: 'web-pages',
    summary: 'pages with their embedded objects: trains of Pareto length (alpha 2.43) and Weibull gaps (shape 0.382, scale 1.46 s)',
    source: SURGE,
    doubt: 'parameters from memory of the paper; pages arrive by a Poisson process, where SURGE has users with think times (web-users)',
    rate: 100,
    traffic: (rate) => ({
      pattern: 'poisson',
      rate,
      trains: { size: { kind: 'pareto', alpha: 2.43, low: 1 }, gap: { kind: 'weibull', shape: 0.382, scale: 1.46 * SECOND } },
    }),
  },
  {
    name: 'web-users',
    summary: 'a closed loop of users whose think times are Pareto (alpha 1.5 from 1 s: mean 3 s, variance infinite)',
    source: SURGE,
    doubt: 'parameters from memory of the paper; a user requests one file at a time',
    rate: 100,
    traffic: (clients) => ({
      pattern: 'closed-loop',
      clients: Math.max(1, Math.floor(clients + 0.5)),
      think: { kind: 'pareto', alpha: 1.5, low: SECOND },
    }),
  },
  {
    name: 'web-week',
    summary: 'a daily wave of 45 % around its mean, weekends with 70 % of a workday',
    source: 'Arlitt and Williamson 1997, Internet web servers: workload characterization and performance implications; many since',
    doubt: 'the middle of customary ranges (amplitude 30 to 60 %, weekend 60 to 80 %), not a measured site',
    rate: 100,
    traffic: (rate) => ({ pattern: 'weekly', rate, amplitude: 0.45, weekend: 0.7, day: 24 * 60 * MINUTE, phase: 0.75, first: 0 }),
  },
  {
    name: 'web-bursty',
    summary: 'two modes (MMPP): five times the mean for a tenth of the time, two minutes on average',
    source: 'Fischer and Meier-Hellstern 1993, The Markov-modulated Poisson process cookbook',
    doubt: 'the form is from the source, the parameters are customary',
    rate: 100,
    traffic: (rate) => ({
      pattern: 'mmpp',
      rate,
      modes: [
        { factor: 5, dwell: 2 * MINUTE },
        { factor: 5 / 9, dwell: 18 * MINUTE },
      ],
    }),
  },
  {
    name: 'web-self-similar',
    summary: '100 on/off sources with Pareto periods of alpha 1.4: Hurst parameter 0.8',
    source: 'Crovella and Bestavros 1997, Self-similarity in World Wide Web traffic: evidence and possible causes (H 0.75 to 0.85)',
    doubt: 'the mean periods of 1 s and 9 s are our choice',
    rate: 100,
    traffic: (rate) => ({ pattern: 'on-off', rate, sources: 100, alpha: 1.4, on: SECOND, off: 9 * SECOND }),
  },
  {
    name: 'llm-chat',
    summary: '5.5 requests a second, nearly Poisson: gaps of C² 1.20',
    source: 'Patel et al. 2024, Splitwise; Azure LLM inference trace 2023, conversation',
    doubt: 'rate and C² of one hour; the two phases of the gaps are our choice',
    rate: 5.53,
    traffic: (rate) => ({ pattern: 'renewal', rate, gaps: gaps(1.2) }),
  },
  {
    name: 'llm-code',
    summary: '2.6 requests a second in bursts: gaps of C² 173',
    source: 'Patel et al. 2024, Splitwise; Azure LLM inference trace 2023, code',
    doubt: 'rate and C² of one hour; gaps are drawn independently, where the trace has whole minutes of silence',
    rate: 2.6,
    traffic: (rate) => ({ pattern: 'renewal', rate, gaps: gaps(173) }),
  },
]
