/** Retries of a client or of a call, in the experiment file. */
import { duration, section, share, whole } from '../quantities.ts'

/** The section. */
export const retries = section('retries', {
  limit: whole({ min: 0, max: 100 }).prefault(0).describe('further tries after the first'),
  backoff: duration().prefault('25ms').describe("wait before try k: uniform in 0..backoff*2^(k-1); default 25ms, Envoy's base interval"),
  budget: share({ min: 0 }).prefault('20%').describe('retries as a share of first tries; default 20%, as in Finagle, Linkerd and Envoy'),
})
