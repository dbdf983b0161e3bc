/** What a configuration may say to `orchsim explain schedule` and not to a run: nodes of a run check by themselves what they can run. */
import type { ValueProblem } from '../../../../common/define.ts'
import type { KubeConfiguration } from './configuration.ts'

/** Filters that the nodes of a run repeat, as the admission of the kubelet does. */
const ALWAYS = ['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity', 'NodeResourcesFit']

/** Problems of the configuration in a run. */
export const runProblems = ({ profiles }: KubeConfiguration): ValueProblem[] =>
  profiles.flatMap(({ options }, i) => {
    const missing = ALWAYS.filter((name) => options.filters?.includes(name) === false)
    const ignored = [...(options.ignoredResources ?? []), ...(options.ignoredResourceGroups ?? [])]
    return [
      ...missing.map((name) => ({
        path: ['profiles', i, 'plugins'],
        message: `found no filter ${name}, whose rule the nodes of a run check themselves; accepted: profiles with the filters ${ALWAYS.join(', ')}`,
      })),
      ...(ignored.length === 0
        ? []
        : [
            {
              path: ['profiles', i, 'pluginConfig'],
              message: `found the ignored resources ${ignored.join(', ')}, which the nodes of a run count all the same; accepted: none in a run, or pods that do not request them`,
            },
          ]),
    ]
  })
