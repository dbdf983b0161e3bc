/**
 * Virtual machines of Azure, deployments as jobs. Source: Cortez et al. 2017, Resource Central, SOSP; the trace of it (AzurePublicDataset V1: 2,013,767
 * VMs, 104,371,713 VM hours, 237,815,104 core hours, as its page states).
 *
 * Lifetime: lognormal through two facts, a mean of 51.8 h (the page's VM hours over VMs) and 90 % under a day (the paper says more than 90 %). It then follows
 * that VMs above a day take 96 % of all VM time, where the paper says over 95 % of core hours. Cores: 80 % have one or two and 70 % less than 4 GB (paper,
 * from memory); the weights of the sizes within are ours, chosen so that the mean of 2.28 cores an hour is that of the page. VMs of a deployment:
 * lognormal through 40 % with a single VM and 80 % with at most five (from memory). Average use is low: 60 % use below 20 % of their CPU (from memory), 20 % here.
 * SIMPLIFIED: arrivals are as the experiment says (real ones have a daily wave and heavy-tailed gaps), and the VMs of one
 * deployment live independently of each other.
 */
import { cvOf, meanOf, type JobPreset } from './job-preset.ts'

const HOUR = 3_600_000_000
const GIB = 1_073_741_824
const Z90 = 1.2815515655446004
const Z80 = 0.8416212335729143
const Z40 = -0.2533471031357997

const MEAN_LIFE = 104_371_713 / 2_013_767
/** ln(mean) - ln(24) = σ²/2 - z90 σ. */
const LIFE_SIGMA = Z90 + Math.sqrt(Z90 * Z90 + 2 * Math.log(MEAN_LIFE / 24))
/** Counts are rounded: one VM is below 1.5, at most five below 5.5. */
const SIZE_SIGMA = Math.log(5.5 / 1.5) / (Z80 - Z40)
const SIZE_MEDIAN = 1.5 * Math.exp(-Z40 * SIZE_SIGMA)

const vm = (cores: number, gigabytes: number, weight: number) => ({ cpu: cores * 1000, memory: gigabytes * GIB, gpus: 0, weight })

export const azureVms: JobPreset = {
  name: 'azure-vms',
  summary: 'virtual machines of Azure in deployments: most VMs are small and short-lived, most VM time belongs to long-lived ones',
  source: 'Cortez et al. 2017, SOSP; AzurePublicDataset V1',
  // Sizes are absolute, so the machine is not used.
  machine: { cpu: 16_000, memory: 112 * GIB },
  make: () => ({
    size: {
      kind: 'shapes',
      shapes: [vm(1, 0.75, 10), vm(1, 1.75, 40), vm(2, 3.5, 20), vm(2, 7, 10), vm(4, 7, 7), vm(4, 14, 7), vm(8, 14, 4.2), vm(16, 28, 1.8)],
    },
    time: { kind: 'duration', duration: { kind: 'lognormal', mean: MEAN_LIFE * HOUR, cv: cvOf(LIFE_SIGMA) } },
    classes: [{ weight: 1, priority: 0, tasks: { kind: 'lognormal', mean: meanOf(SIZE_MEDIAN, SIZE_SIGMA), cv: cvOf(SIZE_SIGMA) } }],
    correlation: { duration: 0, memory: 0 },
    dag: { kind: 'independent' },
    usage: 0.2,
  }),
}
