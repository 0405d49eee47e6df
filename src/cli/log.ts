import pino from 'pino';

const waitingBytesMax = 64 * 1024;

const stderr = pino.destination({ fd: 2, sync: true, maxLength: waitingBytesMax });
// A disk that is full, for instance: so much waits until there is room again, and what comes then is lost.
stderr.on('error', () => {});

/** The daemon's log: JSON lines on stderr, written at once, without texts of messages or secrets. */
export const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, stderr);
