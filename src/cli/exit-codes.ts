/** What scripts are told by a command's end. */
export const exitCodes = {
  /** The server said yes. */
  done: 0,
  /** The server said no, or cannot start for a reason that it can name. */
  refused: 1,
  /** The command was not understood. */
  usage: 2,
  /** The server could not be reached or not be trusted, or was lost before it answered. */
  unreachable: 3,
  /** An error of salas itself (EX_SOFTWARE of sysexits.h). */
  broken: 70,
} as const;
