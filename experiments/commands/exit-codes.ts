/** Exit codes of the command line. */
export const EXIT = {
  done: 0,
  /** A run failed. */
  failed: 1,
  /** The call or a file is wrong. */
  wrong: 2,
  /** An assertion of the experiment does not hold. */
  broken: 3,
  /** `compare` found a regression. */
  regressed: 4,
  /** Ctrl-C. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
