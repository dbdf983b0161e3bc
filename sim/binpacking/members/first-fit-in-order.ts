/**
 * First fit in order of arrival: the estimator of a node autoscaler when no packer is chosen. It stands where the Kubernetes Cluster
 * Autoscaler has its estimator, and differs from it: that one judges each node group alone, sorts pods by CPU and memory share,
 * tries the rest of a group of equal pods only on the newest node once one pod has found no place, and leaves the choice between groups to an
 * expander. Here all pools are open in one pass, pods come as they arrived, every open node is tried, and a new node is the one with the lowest price per pod.
 */
import { FirstFitSearch } from '../search/first-fit-search.ts'
import { arrival, packer } from '../search/pack.ts'
import type { Packer } from '../policy.ts'

export const firstFitInOrder: Packer = packer(arrival, new FirstFitSearch())
