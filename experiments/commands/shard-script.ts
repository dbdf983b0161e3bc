/** `orchsim shard-script ENGINE FILE`: the job of a Slurm cluster, of Kubernetes or of GNU parallel that computes a study in shards and merges it. */
import { stringify } from 'yaml'
import { planFile, setsOf, type Overrides } from './plan-file.ts'
import type { CommandContext } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Options of `shard-script`. */
export interface ShardScriptOptions extends Overrides {
  readonly shards?: number
  readonly cpus: number
  readonly out?: string
  readonly image: string
  readonly claim: string
}

/** A task carries at least this many runs, because a batch system takes about a second to start one. */
const LEAST_RUNS = 10
/** Most tasks that are proposed. */
const MOST_SHARDS = 1000

interface Job {
  readonly name: string
  readonly shards: number
  readonly cpus: number
  /** The call of a shard, without its number, of the status, and of the merge. */
  readonly run: string
  readonly status: string
  readonly merge: string
  readonly image: string
  readonly claim: string
}

const ENGINES: Readonly<Record<string, (job: Job) => string>> = { slurm, kubernetes, parallel }

/** Accepted names of engines. */
export const engines = (): readonly string[] => Object.keys(ENGINES)

/** Prints the script. The number of shards is a constant of it: neither Slurm nor Kubernetes tell it to a task reliably. */
export async function shardScriptCommand(
  engine: string,
  file: string,
  options: ShardScriptOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const make = Object.hasOwn(ENGINES, engine) ? ENGINES[engine] : undefined
  if (make === undefined) {
    context.err.write(`orchsim shard-script: found ${JSON.stringify(engine)}; accepted: ${Object.keys(ENGINES).join(', ')}\n`)
    return EXIT.wrong
  }
  const plan = await planFile(file, options, context)
  if (plan === undefined) return EXIT.wrong
  const shards = options.shards ?? Math.max(1, Math.min(MOST_SHARDS, Math.floor(plan.runs.length / LEAST_RUNS)))
  const folder = options.out ?? `results/${plan.name}`
  const sets = setsOf(options).map((set) => `--set ${quoted(set)}`)
  const experiment = [quoted(file), ...sets].join(' ')
  const job = {
    name: plan.name,
    shards,
    cpus: options.cpus,
    run: `npx orchsim run ${experiment} --out ${quoted(folder)}`,
    status: `npx orchsim status ${experiment} ${quoted(folder)}`,
    merge: `npx orchsim merge ${experiment} ${quoted(folder)} --out ${quoted(folder)}`,
    image: options.image,
    claim: options.claim,
  }
  context.out.write(make(job))
  return EXIT.done
}

const quoted = (text: string): string => (/^[\w./=:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

function slurm({ name, shards, cpus, run, merge }: Job): string {
  return `#!/bin/bash
# Hand in with: bash <this file>. The merge waits for all tasks of the array; hand the file in again when it names missing runs.
set -euo pipefail
job=$(sbatch --parsable --job-name=${name} --array=1-${shards} --cpus-per-task=${cpus} --signal=B:TERM@60 --requeue --output=${name}-%a.log --wrap=${quoted(`exec ${run} --quiet --shard "$SLURM_ARRAY_TASK_ID/${shards}"`)})
sbatch --job-name=${name}-merge --dependency="afterany:$job" --output=${name}-merge.log --wrap=${quoted(merge)}
`
}

function parallel({ shards, cpus, run, merge }: Job): string {
  return `#!/bin/bash
# One machine: bash <this file>. Several: set PARALLEL='--sshloginfile hosts --workdir .', with this folder shared between them.
set -uo pipefail
seq 1 ${shards} | parallel --jobs \${JOBS:-1} --halt never ${quoted(`${run} --quiet --jobs ${cpus} --shard {}/${shards}`)}
${merge}
`
}

/** An Indexed Job, whose pods count from 0, and a Job that merges what they left on the volume. */
function kubernetes({ name, shards, cpus, run, status, merge, image, claim }: Job): string {
  const job = (suffix: string, command: string, more: object, spec: object): object => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${name.toLowerCase().replaceAll('_', '-')}${suffix}` },
    spec: {
      ...more,
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 60,
          ...spec,
          containers: [
            {
              name: 'orchsim',
              image,
              workingDir: '/study',
              command: ['sh', '-c', command],
              resources: { requests: { cpu: String(cpus) }, limits: { cpu: String(cpus) } },
              volumeMounts: [{ name: 'study', mountPath: '/study' }],
            },
          ],
          volumes: [{ name: 'study', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  })
  // A pod that is evicted or preempted is made again without counting; a run that fails is not tried again.
  const podFailurePolicy = {
    rules: [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailIndex', onExitCodes: { containerName: 'orchsim', operator: 'In', values: [EXIT.failed, EXIT.wrong] } },
    ],
  }
  const shardsJob = job(
    '',
    `exec ${run} --quiet --shard "$((JOB_COMPLETION_INDEX + 1))/${shards}"`,
    { completionMode: 'Indexed', completions: shards, parallelism: shards, backoffLimitPerIndex: 3, podFailurePolicy },
    {},
  )
  // It waits until no run is missing; runs that failed are stored as such.
  const mergeJob = job('-merge', `until ${status}; do sleep 30; done; exec ${merge}`, { backoffLimit: 3 }, {})
  return `# kubectl apply -f <this file>. The claim ${claim} holds the experiment and its results.\n${stringify(shardsJob)}---\n${stringify(mergeJob)}`
}
