import pino from 'pino';

/** The daemon's log: JSON lines on stderr, written at once, without texts of messages or secrets. */
export const log = pino(
  { base: null, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ fd: 2, sync: true }),
);
