/** Services of Docker Swarm, Amazon ECS and Marathon, with the keys and units of their own files. */
import { z } from 'zod'
import { duration, flag, forms, number, oneOf, section, whole } from '../quantities.ts'

/** Swarm: attempts without end. */
const attempts = whole({ max: 1_000_000 })
  .prefault(0)
  .transform((value): number | null => (value === 0 ? null : value))

const updateConfig = (what: string) =>
  section(what, {
    parallelism: whole({ max: 1_000_000 }).prefault(1).describe('tasks that are replaced at the same time; default 1, 0: all'),
    delay: duration().prefault(0).describe('wait after each group of tasks; default 0s'),
    failure_action: oneOf(['pause', 'continue', 'rollback']).prefault('pause').describe('what follows when too many tasks fail'),
    monitor: duration().prefault('5s').describe('time after its start in which a task that ends counts as failed; default 5s'),
    max_failure_ratio: number({ min: 0, max: 1 }).prefault(0).describe('share of the tasks that may fail; default 0'),
    order: oneOf(['stop-first', 'start-first']).prefault('stop-first').describe('whether the old task stops before the new one starts'),
  }).prefault({})

const swarmService = section('a Swarm service', {
  mode: oneOf(['replicated', 'global']).prefault('replicated').describe('a number of tasks, or one per node'),
  update_config: updateConfig('an update_config').describe('how a rollout replaces the tasks'),
  rollback_config: updateConfig('a rollback_config').describe('how a rollback does, by hand or after a failed update'),
  restart_policy: section('a restart_policy', {
    condition: oneOf(['none', 'on-failure', 'any'])
      .prefault('any')
      .describe('whether a task that ended is replaced; exits are failures here, so that on-failure and any are the same'),
    delay: duration().prefault('5s').describe('wait before the new task starts; default 5s, none on a drained node'),
    max_attempts: attempts.describe('restarts of a slot; default 0, without limit'),
    window: duration().prefault(0).describe('time within which restarts count against max_attempts; default 0s, all'),
  }).prefault({}),
  healthcheck: section('a healthcheck', {
    retries: whole({ min: 1, max: 1000 }).prefault(3).describe('failed checks, an interval (probe) apart, that end a task; default 3'),
    start_period: duration().prefault(0).describe('time after the start in which failed checks do not count; default 0s'),
  }).prefault({}),
}).transform(({ mode, update_config: update, rollback_config: rollback, restart_policy: restart, healthcheck }) => ({
  mode,
  update: updateOf(update),
  rollback: updateOf(rollback),
  restart: { condition: restart.condition, delay: restart.delay, maxAttempts: restart.max_attempts, window: restart.window },
  health: { retries: healthcheck.retries, startPeriod: healthcheck.start_period },
}))

const updateOf = ({ failure_action, max_failure_ratio, ...rest }: z.infer<ReturnType<typeof updateConfig>>) => ({
  ...rest,
  failureAction: failure_action,
  maxFailureRatio: max_failure_ratio,
})

const percent = (most: number) => whole({ max: most })

const ecsService = section('an ECS service', {
  schedulingStrategy: oneOf(['REPLICA', 'DAEMON']).prefault('REPLICA').describe('a number of tasks, or one per container instance'),
  deploymentConfiguration: section('a deploymentConfiguration', {
    minimumHealthyPercent: percent(100)
      .optional()
      .describe('tasks that stay healthy, in percent of the desired, rounded up; default 100, of a DAEMON 0'),
    maximumPercent: percent(10_000)
      .optional()
      .describe('tasks that may be running or pending, in percent of the desired, rounded down; default 200, of a DAEMON 100'),
    deploymentCircuitBreaker: section('a deploymentCircuitBreaker', {
      enable: flag().prefault(false).describe('true: a deployment whose tasks fail again and again ends as failed'),
      rollback: flag().prefault(false).describe('true: it goes back to the last completed deployment then'),
      resetOnHealthyTask: flag().prefault(true).describe('true: a healthy task sets the count of failures to 0'),
      thresholdConfiguration: section('a thresholdConfiguration', {
        type: oneOf(['BOUNDED_PERCENT', 'UNBOUNDED_PERCENT', 'COUNT'])
          .prefault('BOUNDED_PERCENT')
          .describe('percent of the desired tasks, within 3 and 200 or not, or a number of failures'),
        value: whole({ min: 1, max: 100_000 }).prefault(50),
      }).prefault({}),
    }).prefault({}),
  }).prefault({}),
  loadBalancer: flag()
    .prefault(true)
    .describe(
      'true: a load balancer checks the tasks every period (probe), also when their instance is down; false: only their container health check does',
    ),
  unhealthyThreshold: whole({ min: 1, max: 10 }).prefault(2).describe('failed checks that make a task unhealthy; default 2'),
  healthCheckGracePeriodSeconds: whole({ max: 2_147_483_647 })
    .prefault(0)
    .describe('seconds after the start in which failed checks of the load balancer are ignored; default 0'),
}).transform(({ schedulingStrategy: scheduling, deploymentConfiguration: given, healthCheckGracePeriodSeconds, ...rest }) => {
  const { enable, rollback, resetOnHealthyTask, thresholdConfiguration: threshold } = given.deploymentCircuitBreaker
  return {
    ...rest,
    scheduling,
    minimumHealthyPercent: given.minimumHealthyPercent ?? (scheduling === 'DAEMON' ? 0 : 100),
    maximumPercent: given.maximumPercent ?? (scheduling === 'DAEMON' ? 100 : 200),
    breaker: { enable, rollback, resetOnHealthyTask, threshold },
    healthCheckGrace: healthCheckGracePeriodSeconds * 1e6,
  }
})

const SECOND = 1e6
const secondsOf = (value: number): number => Math.round(value * SECOND)

const unreachable = forms<{ readonly inactiveAfter: number | null; readonly expungeAfter: number | null }>(
  {
    disabled: z.literal('disabled').transform(() => ({ inactiveAfter: null, expungeAfter: null })),
    times: section('an unreachableStrategy', {
      inactiveAfterSeconds: whole({ max: 100_000_000 }).prefault(0),
      expungeAfterSeconds: whole({ max: 100_000_000 }).prefault(0),
    })
      .refine(({ inactiveAfterSeconds, expungeAfterSeconds }) => inactiveAfterSeconds <= expungeAfterSeconds, {
        message: 'found an inactiveAfterSeconds above expungeAfterSeconds; accepted: at most expungeAfterSeconds',
      })
      .transform(({ inactiveAfterSeconds, expungeAfterSeconds }) => ({
        inactiveAfter: inactiveAfterSeconds * SECOND,
        expungeAfter: expungeAfterSeconds * SECOND,
      })),
  },
  (value) => (value === 'disabled' ? 'disabled' : 'times'),
)

const marathonApp = section('a Marathon app', {
  upgradeStrategy: section('an upgradeStrategy', {
    minimumHealthCapacity: number({ min: 0, max: 1 })
      .prefault(1)
      .describe('share of the instances that stay healthy in a deployment, rounded up; default 1'),
    maximumOverCapacity: number({ min: 0, max: 1 })
      .prefault(1)
      .describe('share of the instances that may be added during it, rounded down; default 1'),
  }).prefault({}),
  backoffSeconds: number({ min: 0, max: 1e6 }).prefault(1).describe('delay of launches after the first failure; default 1'),
  backoffFactor: number({ min: 1, max: 1000 }).prefault(1.15).describe('by which each further failure multiplies it; default 1.15'),
  maxLaunchDelaySeconds: number({ min: 0, max: 1e6 }).prefault(300).describe('longest delay; default 300'),
  unreachableStrategy: unreachable
    .prefault({})
    .describe('seconds from the loss of the agent until another instance is launched, and until the lost one is given up; default 0 and 0'),
  killSelection: oneOf(['YOUNGEST_FIRST', 'OLDEST_FIRST']).prefault('YOUNGEST_FIRST').describe('which instances a scale-down kills'),
  healthChecks: section('the health checks', {
    gracePeriodSeconds: number({ min: 0, max: 1e6 }).prefault(300).describe('in which failed checks do not count; default 300'),
    maxConsecutiveFailures: whole({ min: 1, max: 1000 })
      .prefault(3)
      .describe('failed checks, an interval (probe) apart, that kill; default 3'),
  }).prefault({}),
}).transform(
  ({ upgradeStrategy, backoffSeconds, backoffFactor, maxLaunchDelaySeconds, unreachableStrategy, killSelection, healthChecks }) => ({
    ...upgradeStrategy,
    backOff: { first: secondsOf(backoffSeconds), factor: backoffFactor, max: secondsOf(maxLaunchDelaySeconds) },
    unreachable: unreachableStrategy,
    killSelection,
    health: { maxConsecutiveFailures: healthChecks.maxConsecutiveFailures, grace: secondsOf(healthChecks.gracePeriodSeconds) },
  }),
)

/** The controllers by the orchestrator that has them. */
export const FOREIGN_KINDS = { 'swarm-service': swarmService, 'ecs-service': ecsService, 'marathon-app': marathonApp } as const

/** A controller of these orchestrators as the run has it; in JSON, null stands for Infinity. */
export type ForeignControllerData =
  | ({ readonly kind: 'swarm-service' } & z.infer<typeof swarmService>)
  | ({ readonly kind: 'ecs-service' } & z.infer<typeof ecsService>)
  | ({ readonly kind: 'marathon-app' } & z.infer<typeof marathonApp>)

/** Whose rules a run has. */
export const orchestrator = oneOf(['kubernetes', 'swarm', 'ecs', 'mesos'])
  .optional()
  .describe(
    'whose controllers, rollouts, restarts and detection of lost nodes the run has; default kubernetes, or that of the manifests. swarm, ecs and mesos (with Marathon) also set defaults of what the file leaves out: scheduling (swarm-spread, ecs, random), and of services controller (swarm-service, ecs-service, marathon-app), probe (30s, 30s, 60s), preStop (2s; 300s, the deregistration delay; 0s) and grace (12s, 330s, 3s; all with preStop)',
  )
