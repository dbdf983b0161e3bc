/** The list of presets of jobs. */
import { alibaba2018 } from './alibaba-2018.ts'
import { azureVms } from './azure-vms.ts'
import { borg2019 } from './borg-2019.ts'
import type { JobPreset } from './job-preset.ts'

/** All presets of jobs. */
export const jobPresets: readonly JobPreset[] = [borg2019, alibaba2018, azureVms]

/** The preset with this name; undefined when there is none. */
export const jobPreset = (name: string): JobPreset | undefined => jobPresets.find((preset) => preset.name === name)
