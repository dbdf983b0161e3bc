/** Files in, workloads out: the entry point for manifests of every orchestrator. */
import { crossChecks } from './checks.ts'
import { complete } from './complete.ts'
import { eachDocument } from './documents.ts'
import { emptyDrafts, type Drafts } from './drafts.ts'
import { collectEcs, isEcs, readEcs, type EcsParts } from './ecs.ts'
import { Findings } from './findings.ts'
import { readObject, readOwned, type Owned } from './kubernetes/object.ts'
import { isMarathon, readMarathon } from './marathon.ts'
import type { ManifestsRead } from './model.ts'
import type { Part } from './part.ts'
import { isStack, readStack } from './swarm.ts'

/** Reads files; `-` is the standard input. Nothing is thrown: what is wrong is among the problems. */
export function readManifests(files: readonly string[]): ManifestsRead {
  const findings = new Findings()
  const drafts = emptyDrafts()
  const later: Later = { owned: [], ecs: { services: [], tasks: [] } }
  for (const file of files) eachDocument(file, findings, (root) => readDocument(root, drafts, later))
  readOwned(later.owned, drafts)
  readEcs(later.ecs, drafts)
  complete(drafts)
  crossChecks(drafts, findings)
  return { manifests: { ...drafts, ignored: findings.ignored }, problems: findings.problems }
}

/** Parts that are read when all files are known. */
interface Later {
  readonly owned: Owned[]
  readonly ecs: EcsParts
}

const ACCEPTED =
  'an object of Kubernetes with apiVersion and kind, a stack file, a service or task definition of ECS, or an app of Marathon'

function readDocument(root: Part, drafts: Drafts, { owned, ecs }: Later): void {
  if (isMarathon(root)) readMarathon(root, drafts)
  else if (!root.isMap) root.refuse(ACCEPTED)
  else if (isStack(root)) readStack(root, drafts)
  else if (isEcs(root)) collectEcs(root, ecs)
  else if (root.has('kind') || root.has('apiVersion') || root.has('items')) readObject(root, drafts, owned)
  else
    root.error(
      `found a map with ${
        root
          .entries()
          .slice(0, 5)
          .map(([key]) => key)
          .join(', ') || 'no keys'
      }; accepted: ${ACCEPTED}`,
    )
}
