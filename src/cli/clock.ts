/** One question to a server's clock; times in ms, of the own clock but for `at`. */
export interface Ping {
  readonly sentAt: number;
  /** What the server's clock said in between, in whole ms. */
  readonly at: number;
  readonly receivedAt: number;
}

/** How far the server's clock is ahead of the own one, and by how much this may be wrong to either side; ms. */
export interface ClockDifference {
  readonly aheadMs: number;
  readonly uncertaintyMs: number;
}

/**
 * Cristian's algorithm (F. Cristian, "Probabilistic clock synchronization", Distributed Computing 3, 1989): the server read
 * its clock somewhere between question and answer, so the quickest of the answers tells most.
 */
export function clockDifference(pings: readonly [Ping, ...Ping[]]): ClockDifference {
  const { sentAt, at, receivedAt } = pings.reduce((least, ping) => (roundTrip(ping) < roundTrip(least) ? ping : least));
  // The server's clock is cut off to whole ms: half of one is added, and may be wrong.
  return { aheadMs: at + 0.5 - (sentAt + receivedAt) / 2, uncertaintyMs: (receivedAt - sentAt) / 2 + 0.5 };
}

export function roundTrip({ sentAt, receivedAt }: Ping): number {
  return receivedAt - sentAt;
}
