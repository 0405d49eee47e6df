/** Up to where a user has read the log that `epoch` names. */
export interface ReadPosition {
  readonly epoch: string;
  readonly seq: number;
}

/** A room's log to one of its members. */
export interface MembersLog {
  readonly epoch: string;
  readonly head: number;
  /** The `seq` of the event with which the member joined. */
  readonly since: number;
}

/**
 * Where a member has read to: what was noted, if it was noted of this very log since they joined; else where they
 * joined. A position that the log has not reached is another log's: one that was put back from a copy.
 */
export function readUpTo(noted: ReadPosition | undefined, { epoch, head, since }: MembersLog): number {
  const sameLog = noted !== undefined && noted.epoch === epoch && noted.seq <= head;
  return sameLog ? Math.max(noted.seq, since) : since;
}
