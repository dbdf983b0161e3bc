/** Presets of the cost of requests, by publication. Amounts are published; the costs of a unit are ours: round figures for a current server. */
import { distribution } from '../../sim/random/index.ts'
import type { WorkPreset } from './preset.ts'
import { lognormal } from './preset.ts'

const KIB = 1024

/** File size at which SURGE's body ends and its tail begins [KiB]. */
const TAIL_FROM = 133_000 / KIB
const SURGE_BODY = lognormal(9.357 - Math.log(KIB), 1.318)
/** Chosen so that 93 % of all files are below the tail, as published. */
const BODY_SHARE = 0.93 / distribution(SURGE_BODY).cdf(TAIL_FROM)

/** The list of presets of costs. */
export const workPresets: readonly WorkPreset[] = [
  {
    name: 'web-surge',
    summary: 'files of a web server: lognormal body, Pareto tail of alpha 1.1 from 133 KB; median 12 KiB, mean 82 KiB, variance infinite',
    source: 'Barford and Crovella 1998, Generating representative web workloads for network and server performance evaluation (SURGE)',
    doubt: 'parameters and the 93 % of files below the tail from memory of the paper; the body is not cut where the tail begins',
    cpu: {
      unit: 'KiB',
      law: {
        kind: 'mixture',
        parts: [
          { weight: BODY_SHARE, of: SURGE_BODY },
          { weight: 1 - BODY_SHARE, of: { kind: 'pareto', alpha: 1.1, low: TAIL_FROM } },
        ],
      },
      perUnit: 20,
    },
    wait: null,
    correlation: 0,
  },
  {
    name: 'web-specweb99',
    summary: 'files in four classes: 35 % below 1 KiB, 50 % to 10 KiB, 14 % to 100 KiB, 1 % to 1 MiB',
    source:
      'Standard Performance Evaluation Corporation 1996, The Workload for the SPECweb96 Benchmark (spec.org/web96/workload.html); SPECweb99 kept its classes and sizes',
    doubt: 'the nine sizes of a class are equally likely, where the benchmark prefers the middle ones',
    cpu: {
      unit: 'KiB',
      law: {
        kind: 'empirical',
        values: [0.1, 1, 10, 100].flatMap((step) => Array.from({ length: 9 }, (_, i) => (i + 1) * step)),
        weights: [35, 50, 14, 1].flatMap((share) => Array.from({ length: 9 }, () => share / 9)),
      },
      perUnit: 20,
    },
    wait: null,
    correlation: 0,
  },
  {
    name: 'llm-chat',
    summary: 'prompts of 1,155 tokens on average (C² 0.92) as CPU work, outputs of 211 (C² 0.60) as wait that holds a thread',
    source: 'Patel et al. 2024, Splitwise: efficient generative LLM inference; Azure LLM inference trace 2023, conversation',
    doubt:
      'mean, C² and rank correlation are those of the trace; the form is only roughly lognormal (largest difference in shares 0.17 and 0.21): replay the trace where the form matters',
    cpu: { unit: 'prompt token', law: { kind: 'lognormal', mean: 1155, cv: Math.sqrt(0.922) }, perUnit: 50 },
    wait: { unit: 'output token', law: { kind: 'lognormal', mean: 211, cv: Math.sqrt(0.595) }, perUnit: 20_000 },
    correlation: 0.073,
  },
  {
    name: 'llm-code',
    summary: 'prompts of 2,048 tokens on average (C² 0.92) as CPU work, outputs of 28 (C² 4.6) as wait that holds a thread',
    source: 'Patel et al. 2024, Splitwise: efficient generative LLM inference; Azure LLM inference trace 2023, code',
    doubt: 'mean and C² are those of the trace, the lognormal form is our choice; prompt and output are drawn independently',
    cpu: { unit: 'prompt token', law: { kind: 'lognormal', mean: 2048, cv: Math.sqrt(0.92) }, perUnit: 50 },
    wait: { unit: 'output token', law: { kind: 'lognormal', mean: 28, cv: Math.sqrt(4.6) }, perUnit: 20_000 },
    correlation: 0,
  },
  {
    name: 'functions-azure',
    summary: 'execution times of serverless functions: lognormal, median 0.68 s, mean 11 s, C² 261',
    source: 'Shahrad et al. 2020, Serverless in the wild: characterizing and optimizing the serverless workload at a large cloud provider',
    doubt:
      'log-mean -0.38 and log-deviation 2.36 from memory of the paper; they describe the mean time of each function, not weighted by calls',
    cpu: { unit: 'second', law: lognormal(-0.38, 2.36), perUnit: 1_000_000 },
    wait: null,
    correlation: 0,
  },
]
