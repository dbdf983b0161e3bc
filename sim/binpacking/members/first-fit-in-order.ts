/**
 * First fit in order of arrival, with the defaults of its parameters: the estimator of a node autoscaler when no packer is chosen.
 *
 * It takes the part of the estimator of the Kubernetes Cluster Autoscaler and differs from it. That one estimates each node group
 * separately, sorts pods by CPU and memory share, tries the rest of a group of equal pods only on the newest node once one of them has not
 * fitted, and leaves the choice between groups to an expander. Here all pools are considered in one pass, pods are taken in order of
 * arrival, every open node is tried, and a new node is of the type with the lowest price per pod.
 */
import { arrival, itemCentricPacker } from '../item-centric/item-centric.ts'
import type { Packer } from '../policy.ts'
import { FirstFitSearch } from './first-fit.ts'

export const firstFitInOrder: Packer = itemCentricPacker(arrival, new FirstFitSearch())
