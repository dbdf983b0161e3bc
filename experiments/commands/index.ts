/** The list of commands. It is data and loads nothing but commander: the file of a command is imported when the command runs. */
import { Argument, InvalidArgumentError, Option } from 'commander'
import type { CommandDescriptor } from './command.ts'

/** Parser of an option that takes a whole number of at least `min`. */
function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`accepted: a whole number of at least ${min}.`)
    return value
  }
}

/** An option that may be given several times. */
const repeated = (flags: string, description: string): Option =>
  new Option(flags, description).default([]).argParser((text: string, before: readonly string[]) => [...before, text])

const experimentFile = new Argument('<file>', 'experiment file (YAML)')

const json = (description: string): Option => new Option('--json', description)

/** Options of `run` and `plan` that replace values of the file. */
const overrides = (): Option[] => [
  new Option('--seed <seed>', 'replaces the seed of the file'),
  new Option('--replications <n>', 'replaces the replications of the file').argParser(wholeNumber(1)),
  repeated('--set <path=value>', 'replaces a value of the file; may be given several times'),
]

const jobs = (description: string): Option => new Option('--jobs <n>', description).argParser(wholeNumber(1)).env('ORCHSIM_JOBS')

/** Parser of a shard: `3/10`. */
function shard(text: string): { readonly index: number; readonly count: number } {
  const [, index, count] = (/^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? ['', '0', '0']).map(Number)
  if (!(index >= 1 && index <= count)) throw new InvalidArgumentError('accepted: I/N with I from 1 to N, such as 3/10.')
  return { index, count }
}

const foldersOfShards = new Argument(
  '[folders...]',
  'folders in which run --shard stored results (default: results/<name of the experiment>)',
)

/** Parser of a positive time [s]. */
function seconds(text: string): number {
  const value = Number(text.replace(/s$/, ''))
  if (!/^[\d.]+s?$/.test(text) || !(value > 0)) throw new InvalidArgumentError('accepted: a number of seconds above 0, such as 60.')
  return value
}

/** Parser of a percentage above 0, up to 100. */
function percentage(text: string): number {
  const value = Number(text.replace(/%$/, ''))
  if (!/^[\d.]+%?$/.test(text) || !(value > 0 && value <= 100))
    throw new InvalidArgumentError('accepted: a percentage above 0, up to 100, such as 1%.')
  return value
}

/** Parser of a percentage from 0 to below 100. */
function percent(text: string): number {
  const value = Number(text.replace(/%$/, ''))
  if (!/^[\d.]+%?$/.test(text) || !(value >= 0 && value < 100))
    throw new InvalidArgumentError('accepted: a percentage from 0 to below 100, such as 0.2.')
  return value
}

export const commands: readonly CommandDescriptor[] = [
  {
    name: 'run',
    description: 'run an experiment, print the comparison and write its results',
    arguments: [experimentFile],
    options: [
      new Option('--out <folder>', 'folder of the results (default: results/<name of the experiment>)'),
      jobs('worker threads (default: the number of processors)'),
      ...overrides(),
      json('print a summary as JSON instead of the comparison'),
      new Option('--quiet', 'no progress, no comparison'),
      new Option('--parquet', 'write the tables as Parquet too (needs the package hyparquet-writer)'),
      new Option('--no-charts', 'tables only: no charts and no report.html, which take seconds'),
      new Option('--fresh', 'repeat every run, also those that an interrupted call has finished or the cache holds'),
      new Option('--no-cache', 'neither read nor write the results that this machine keeps of earlier runs of the same code'),
      new Option('--verify-cache <percent>', 'compute this share of the cached results again and compare').argParser(percentage),
      new Option('--watch', 'run again whenever the file or one of its own algorithms changes'),
      new Option('--call-limit <seconds>', "wall time that one call of an own file's function may take (default: 60)")
        .argParser(seconds)
        .env('ORCHSIM_CALL_LIMIT'),
      new Option('--check', 'check the conservation laws after every event; slower'),
      new Option('--shard <i/n>', 'compute only part i of n and store it in the folder of the results, for merge').argParser(shard),
    ],
    load: async ({ watch }) => (watch === true ? (await import('./watch.ts')).watchCommand : (await import('./run.ts')).runCommand),
  },
  {
    name: 'plan',
    description: 'print the resolved runs of an experiment with their reasons and their estimated cost, without running them',
    arguments: [experimentFile],
    options: [...overrides(), jobs('worker threads that the estimated time assumes'), json('print the whole plan as JSON')],
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    name: 'merge',
    description: 'put the runs that shards have stored together: the results that one machine would have written, or what is missing',
    arguments: [experimentFile, foldersOfShards],
    options: [
      new Option('--out <folder>', 'folder of the results (default: results/<name of the experiment>)'),
      ...overrides(),
      json('print a summary as JSON instead of the comparison'),
      new Option('--quiet', 'no comparison'),
      new Option('--parquet', 'write the tables as Parquet too (needs the package hyparquet-writer)'),
      new Option('--no-charts', 'tables only: no charts and no report.html, which take seconds'),
    ],
    load: async () => (await import('./merge.ts')).mergeCommand,
  },
  {
    name: 'status',
    description: 'print how many runs of an experiment are stored, failed and missing over all shards',
    arguments: [experimentFile, foldersOfShards],
    options: [...overrides(), json('print the numbers as JSON')],
    load: async () => (await import('./merge.ts')).statusCommand,
  },
  {
    name: 'shard-script',
    description: 'print the job of a Slurm cluster, of Kubernetes or of GNU parallel that computes an experiment in shards and merges it',
    arguments: [new Argument('<engine>', 'slurm, kubernetes or parallel'), experimentFile],
    options: [
      new Option('--shards <n>', 'number of parts (default: one per ten runs, at most 1000)').argParser(wholeNumber(1)),
      new Option('--cpus <n>', 'worker threads of a part').argParser(wholeNumber(1)).default(1),
      new Option('--out <folder>', 'folder that all parts share (default: results/<name of the experiment>)'),
      new Option('--image <name>', 'kubernetes: image with Node, in which npx finds orchsim').default('node:22'),
      new Option('--claim <name>', 'kubernetes: volume claim with the experiment').default('study'),
      ...overrides(),
    ],
    load: async () => (await import('./shard-script.ts')).shardScriptCommand,
  },
  {
    name: 'validate',
    description: 'check experiment files; every problem is reported at once',
    arguments: [new Argument('<files...>', 'experiment files (YAML)')],
    options: [],
    load: async () => (await import('./validate.ts')).validateCommand,
  },
  {
    name: 'init',
    description: 'write a first experiment, with an algorithm of your own beside it, for you to change',
    arguments: [new Argument('[folder]', 'where to write it').default('.')],
    options: [new Option('--template <name>', 'loop, scheduling, binpacking, autoscaling or slb').default('loop')],
    load: async () => (await import('./init.ts')).initCommand,
  },
  {
    name: 'trace',
    description: 'print what a trace contains: rows, span, rate, gaps, durations, sizes; without a trace: bundled traces and formats',
    arguments: [new Argument('[trace]', 'file, or name of a bundled trace')],
    options: [
      new Option('--format <name>', 'format of the file (default: detected from its first line)'),
      new Option('--columns <map>', 'columns of a table of another format, as YAML: { time: Timestamp, unit: s, count: requests }'),
      new Option('--from <duration>', 'only the part from this time of the trace on'),
      new Option('--until <duration>', 'only the part before this time of the trace'),
      new Option('--out <folder>', 'write a chart to this folder as vega-lite, SVG and PNG'),
      json('print everything as JSON'),
    ],
    load: async () => (await import('./trace.ts')).traceCommand,
  },
  {
    name: 'manifests',
    description: 'print the workloads that manifests describe, with effective requests, problems, and what is not simulated',
    arguments: [new Argument('<files...>', 'files, folders or patterns of manifests (YAML, JSON), or - for the standard input')],
    options: [json('print everything as JSON')],
    load: async () => (await import('./manifests.ts')).manifestsCommand,
  },
  {
    name: 'tune',
    description:
      'search the settings that compare spans for the least cost subject to an objective, and estimate the winner on other seeds',
    arguments: [experimentFile],
    options: [
      new Option('--objective <metric<=bound>', 'what a setting must keep, by its mean over replications').default('slo-misses<=1'),
      new Option('--cost <metric>', 'what is minimized').default('cost'),
      new Option('--search <method>', 'successive halving, a random sample, or every setting')
        .choices(['halving', 'random', 'grid'])
        .default('halving'),
      new Option('--budget <runs>', 'most runs of the search, without those of the estimate (default: enough for all settings)').argParser(
        wholeNumber(1),
      ),
      jobs('worker threads (default: the number of processors)'),
      ...overrides(),
      json('print everything as JSON'),
    ],
    load: async () => (await import('./tune.ts')).tuneCommand,
  },
  {
    name: 'plan-capacity',
    description:
      'print the cheapest and the fewest nodes of given kinds on which pods fit, the gap to lower bounds, and how far a cell can shrink',
    arguments: [new Argument('<file>', 'kinds of nodes and pods (YAML)')],
    options: [
      repeated(
        '--packer <name>',
        'only this packer; may be given several times, the first one compacts (default: all, and best-fit-decreasing)',
      ),
      new Option('--lp', 'also the bound by column generation (needs the package highs)'),
      new Option('--trials <n>', 'trials of the compaction (default: 11)').argParser(wholeNumber(1)),
      new Option('--pending <percent>', 'part of the pods that may stay without a node in the compaction (default: 0)').argParser(percent),
      new Option('--seed <seed>', 'seed of the trials (default: 1)'),
      json('print everything as JSON'),
    ],
    load: async () => (await import('./plan-capacity.ts')).planCapacityCommand,
  },
  {
    name: 'explain',
    description:
      'explain decisions: which nodes each pending pod of a snapshot may run on and why not, scores, choice, victims; which server a balancer picks for each request of a script; the steps of a rollout; how an autoscaler comes to each decision',
    arguments: [
      new Argument(
        '<decision>',
        'schedule: as kube-scheduler 1.34 decides; balance: as a balancer of the family slb decides; rollout: the steps of a Deployment or StatefulSet; autoscale: the decisions of a HorizontalPodAutoscaler, ScaledObject, PodAutoscaler or VerticalPodAutoscaler',
      ),
      new Argument(
        '<file>',
        'schedule: as kubectl get nodes,pods,... -A -o json (or yaml) prints it; balance: servers and events; autoscale: a manifest and what is observed',
      ),
    ],
    options: [
      repeated('--pod <namespace/name>', 'only this pod, pending or running; may be given several times'),
      new Option('--config <file>', 'schedule: a KubeSchedulerConfiguration; each pod is decided by the profile that it names'),
      repeated(
        '--plugin <file>',
        'schedule: an own plugin that runs after the built-in ones, or a map as in scheduling.plugins of an experiment; may be given several times',
      ),
      json('print every decision in full as JSON, one pod per line'),
    ],
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    name: 'cache',
    description: 'list or remove the results of runs that this machine keeps',
    arguments: [new Argument('<what>', 'list or clear').choices(['list', 'clear'])],
    options: [json('list: print everything as JSON')],
    load: async () => (await import('./cache.ts')).cacheCommand,
  },
  {
    name: 'doctor',
    description: 'check that this machine can run experiments and computes the same numbers as others',
    arguments: [],
    options: [],
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'compare',
    description: 'compare two folders of results; exit code 4 when a metric got worse beyond the margin',
    arguments: [new Argument('<before>', 'folder of results, or its runs.csv'), new Argument('<after>', 'the same, after a change')],
    options: [
      repeated('--metric <id>', 'metric that may fail the comparison; may be given several times (default: the primary metric)'),
      new Option('--margin <share>', 'smaller relative changes count as equal (default: the margin of the experiment)'),
      new Option('--points <number>', 'the same for shares, in percentage points'),
      new Option('--all', 'print every metric, not only those that may fail'),
      new Option('--markdown', 'print a comment for a pull request'),
      json('print the comparison as JSON'),
    ],
    load: async () => (await import('./compare.ts')).compareCommand,
  },
  {
    name: 'chart',
    description: 'draw a chart of a results folder again, or your own (vega-lite) over its tables; without a name: list the charts',
    arguments: [new Argument('<results>', 'folder of results'), new Argument('[name]', 'name of a chart of that folder')],
    options: [
      new Option('--spec <file>', 'vega-lite specification; its data are named runs, summary, timeseries or effects'),
      new Option('--out <file>', 'file ending in .svg, .png or .json (default: SVG and PNG beside the other charts)'),
    ],
    load: async () => (await import('./chart.ts')).chartCommand,
  },
  {
    name: 'list',
    description: 'list algorithms with their parameters, and metrics',
    arguments: [
      new Argument('[family]', 'scheduling, scheduling.order, binpacking, slb, replicas, sizes, nodes or metrics'),
      new Argument('[name]', 'one algorithm or metric of it'),
    ],
    options: [],
    load: async () => (await import('./list.ts')).listCommand,
  },
  {
    name: 'schema',
    description: 'print the JSON Schema of experiment files, for editors',
    arguments: [],
    options: [],
    load: async () => (await import('./schema.ts')).schemaCommand,
  },
  {
    name: 'completion',
    description: 'print a script that completes commands and options on Tab',
    arguments: [new Argument('<shell>', 'bash, zsh or fish')],
    options: [],
    load: async () => (await import('./completion.ts')).completionCommand,
  },
]
