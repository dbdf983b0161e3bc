/**
 * Checks that an answer is a packing. It replays the answer from the problem alone and uses none of the arithmetic of the packers, so it
 * guards the run against a user's packer and is the oracle in the tests of ours.
 */
import { CPU, DEVICES, MEMORY, MILLI, PODS, type ClassesView } from '../../cluster/views.ts'
import { NONE } from '../../common/ids.ts'
import { pickDevices } from '../../cluster/feasibility/devices.ts'
import type { BinId, ItemId, Packing, PackingProblem } from '../policy.ts'

/** The faults of the packing, each as one sentence: at most ten, then the number of the others. Empty for a valid packing. */
export function verifyPacking(problem: PackingProblem, packing: Packing): string[] {
  const problems = shapeProblems(problem, packing)
  if (problems.length > 0) return problems
  const itemsOf = new Map<BinId, ItemId[]>()
  let leftOver = 0
  packing.bin.forEach((bin, item) => {
    if (bin === NONE) leftOver++
    else if (itemsOf.has(bin)) itemsOf.get(bin)!.push(item)
    else itemsOf.set(bin, [item])
  })
  if (leftOver !== packing.leftOver) problems.push(`leftOver is ${packing.leftOver}, but ${leftOver} pods have no bin`)
  problems.push(...limitProblems(problem, packing))
  for (const [bin, items] of itemsOf) problems.push(...binProblems(problem, packing, bin, items))
  return problems.length <= 10 ? problems : [...problems.slice(0, 10), `and ${problems.length - 10} more`]
}

function shapeProblems(problem: PackingProblem, packing: Packing): string[] {
  // A user's file need not be typed, so its answer is read as unknown.
  const given = packing as unknown as Partial<Record<keyof Packing, unknown>> | null | undefined
  if (typeof given !== 'object' || given === null)
    return [`a packing must be an object { bin, opened, leftOver }, found ${given === null ? 'null' : typeof given}`]
  const problems: string[] = []
  const { bin, opened, deviceMask } = given
  if (!(bin instanceof Int32Array)) return ['bin must be an Int32Array with a row for each pod']
  if (bin.length !== problem.items) problems.push(`bin must have ${problem.items} rows, one for each pod, found ${bin.length}`)
  if (!Array.isArray(opened)) return [...problems, 'opened must be an array with the type of each new bin']
  if (deviceMask !== undefined && !(deviceMask instanceof Int32Array && deviceMask.length === problem.items)) {
    problems.push(`deviceMask, when given, must be an Int32Array of ${problem.items} rows`)
  }
  opened.forEach((type: unknown, k) => {
    if (!Number.isInteger(type) || (type as number) < 0 || (type as number) >= problem.types.length) {
      problems.push(`new bin ${k} has type ${String(type)}: rows 0 to ${problem.types.length - 1} are accepted`)
    }
  })
  const bins = problem.bins + opened.length
  bin.forEach((row, item) => {
    if (row < NONE || row >= bins) problems.push(`pod ${item} has bin ${row}: rows 0 to ${bins - 1}, or -1 for left over, are accepted`)
  })
  return problems.slice(0, 10)
}

function limitProblems(problem: PackingProblem, packing: Packing): string[] {
  return problem.types.flatMap(({ name, limit }, type) => {
    const count = packing.opened.filter((t) => t === type).length
    return count > limit ? [`${count} new bins of type ${name}: at most ${limit} are accepted`] : []
  })
}

function nameOf(problem: PackingProblem, packing: Packing, bin: BinId): string {
  return bin < problem.bins ? `bin ${bin}` : `new bin ${bin - problem.bins} (${problem.types[packing.opened[bin - problem.bins]].name})`
}

/** The unit of resource `r` in a message. */
function unitOf(r: number): string {
  if (r === CPU) return 'millicores'
  if (r === MEMORY) return 'bytes of memory'
  return r === PODS ? 'pod places' : `of resource ${r}`
}

function binProblems(problem: PackingProblem, packing: Packing, bin: BinId, items: readonly ItemId[]): string[] {
  const { classes, podClass, free } = problem
  const name = nameOf(problem, packing, bin)
  const type = bin < problem.bins ? null : problem.types[packing.opened[bin - problem.bins]]
  const problems: string[] = []
  for (const item of items) {
    const admitted = type === null ? problem.binAdmits(podClass[item], bin) : type.admits(podClass[item])
    if (!admitted) problems.push(`${name} does not admit pod ${item} (selectors, taints or GPU model)`)
  }
  for (let r = 0; r < free.length; r++) {
    const available = type === null ? free[r][bin] : (type.capacity[r] ?? 0)
    let requested = 0
    for (const item of items) requested += classes.request[r][podClass[item]]
    if (requested > available) problems.push(`${name} has ${available} ${unitOf(r)} free, its pods request ${requested}`)
  }
  const devices = devicesOf(problem, packing, bin)
  const { deviceMask } = packing
  if (deviceMask === undefined) {
    if (!assignDevices(classes, podClass, items, devices, null)) problems.push(`${name} has too few free devices for its pods`)
    return problems
  }
  for (const item of items) problems.push(...maskProblems(problem, item, deviceMask[item], devices, name))
  return problems
}

/** Free milli-GPU of one bin, before the packing. */
function devicesOf(problem: PackingProblem, packing: Packing, bin: BinId): Int32Array {
  if (bin < problem.bins) return Int32Array.from({ length: DEVICES }, (_, d) => problem.freeDevice[bin * DEVICES + d])
  const { devices } = problem.types[packing.opened[bin - problem.bins]]
  return Int32Array.from({ length: DEVICES }, (_, d) => (d < devices ? MILLI : 0))
}

/** Takes the devices of `mask` from `devices` and returns what is wrong with it. */
function maskProblems(problem: PackingProblem, item: ItemId, mask: number, devices: Int32Array, name: string): string[] {
  const row = problem.podClass[item]
  const { gpus, gpuMilli } = problem.classes
  let count = 0
  let full = false
  for (let d = 0; d < DEVICES; d++) {
    if (((mask >> d) & 1) === 0) continue
    count++
    devices[d] -= gpuMilli[row]
    full ||= devices[d] < 0
  }
  if (count !== gpus[row] || mask >> DEVICES !== 0) return [`pod ${item} requests ${gpus[row]} devices, its deviceMask is ${mask}`]
  return full ? [`${name} has too little free on the devices of pod ${item} (deviceMask ${mask})`] : []
}

/**
 * Assigns devices in a bin whose packing has no `deviceMask`: to pods with whole devices first, then to shares from the largest down, each
 * by the rule of the cluster. False when a pod finds none. With at most eight devices another assignment would rarely help; a packer that
 * has one returns it as `deviceMask`.
 */
function assignDevices(
  classes: ClassesView,
  podClass: PackingProblem['podClass'],
  items: readonly ItemId[],
  devices: Int32Array,
  masks: Int32Array | null,
): boolean {
  const pods = items.filter((item) => classes.gpus[podClass[item]] > 0)
  pods.sort((a, b) => classes.gpuMilli[podClass[b]] - classes.gpuMilli[podClass[a]] || a - b)
  for (const item of pods) {
    const mask = pickDevices(devices, 0, DEVICES, classes.gpus[podClass[item]], classes.gpuMilli[podClass[item]])
    if (mask === NONE) return false
    for (let d = 0; d < DEVICES; d++) if ((mask >> d) & 1) devices[d] -= classes.gpuMilli[podClass[item]]
    if (masks !== null) masks[item] = mask
  }
  return true
}

/** The packing with a `deviceMask`, its own or one found by `assignDevices`. It must be valid. */
export function withDevices(problem: PackingProblem, packing: Packing): Packing {
  if (packing.deviceMask !== undefined) return packing
  const deviceMask = new Int32Array(problem.items)
  const itemsOf = new Map<BinId, ItemId[]>()
  packing.bin.forEach((bin, item) => {
    if (bin === NONE || problem.classes.gpus[problem.podClass[item]] === 0) return
    if (itemsOf.has(bin)) itemsOf.get(bin)!.push(item)
    else itemsOf.set(bin, [item])
  })
  for (const [bin, items] of itemsOf) assignDevices(problem.classes, problem.podClass, items, devicesOf(problem, packing, bin), deviceMask)
  return { ...packing, deviceMask }
}
