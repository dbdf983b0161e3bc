/** Queueing formulas that results of simulations are compared with. */
export { erlangC } from '../common/erlang.ts'
