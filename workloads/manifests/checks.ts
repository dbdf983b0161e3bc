/** Rules between objects, checked when all files were read. Rules of a single object are checked where it is read. */
import type { Drafts } from './drafts.ts'
import type { Findings } from './findings.ts'
import { budgetChecks } from './checks/budgets.ts'
import { duplicateChecks } from './checks/duplicates.ts'
import { needChecks } from './checks/needs.ts'
import { podChecks } from './checks/pods.ts'
import { quotaChecks } from './checks/quotas.ts'
import { reachChecks } from './checks/reach.ts'
import { selectorChecks } from './checks/selectors.ts'
import { PodIndex } from './pod-index.ts'

/** Adds the problems of all objects together. */
export function crossChecks(drafts: Drafts, findings: Findings): void {
  const pods = new PodIndex(drafts.workloads)
  for (const check of [duplicateChecks, selectorChecks, podChecks, reachChecks, budgetChecks, needChecks, quotaChecks])
    check(drafts, findings, pods)
}
