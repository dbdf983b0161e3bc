/** Files in, workloads out: the entry point for manifests of every orchestrator. */
import { crossChecks } from './checks.ts'
import { complete } from './complete.ts'
import { eachDocument } from './documents.ts'
import { emptyDrafts } from './drafts.ts'
import { Findings } from './findings.ts'
import { readObject, readOwned, type Owned } from './kubernetes/object.ts'
import type { ManifestsRead } from './model.ts'
import type { Part } from './part.ts'

/** Reads files; `-` is the standard input. Nothing is thrown: what is wrong is among the problems. */
export function readManifests(files: readonly string[]): ManifestsRead {
  const findings = new Findings()
  const drafts = emptyDrafts()
  const owned: Owned[] = []
  for (const file of files) eachDocument(file, findings, (root) => readDocument(root, drafts, owned))
  readOwned(owned, drafts)
  complete(drafts)
  crossChecks(drafts, findings)
  return { manifests: { ...drafts, ignored: findings.ignored }, problems: findings.problems }
}

function readDocument(root: Part, drafts: ReturnType<typeof emptyDrafts>, owned: Owned[]): void {
  if (!root.isMap) return void root.refuse('an object with apiVersion and kind')
  readObject(root, drafts, owned)
}
