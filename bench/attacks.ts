import { defaultLimits } from '../src/protocol/limits.js';

const { lineBytesMax, sendQueueBytesMax, historyBytesMax, commandBatchBytesMax } = defaultLimits;

/**
 * What hostile clients do, with how many connections, for how long at least, and the memory that one of these may cost by the limits that
 * `hello` tells, beside that of any connection.
 */
export const attacks = {
  'endless-line': {
    title: '1 GB on a line that never ends',
    connections: 1,
    // At the rate at which one connection is read.
    seconds: 30,
    bytesEach: lineBytesMax,
  },
  'slow-senders': {
    title: '10,000 connections that send one byte a second',
    connections: 10_000,
    seconds: 6,
    bytesEach: lineBytesMax,
  },
  droppers: {
    title: '5,000 connections opened and dropped, again and again',
    connections: 5000,
    seconds: 6,
    bytesEach: 0,
  },
  'silent-members': {
    title: '50 members of a busy room who never read',
    connections: 50,
    seconds: 6,
    bytesEach: sendQueueBytesMax + commandBatchBytesMax,
  },
  'silent-callers': {
    title: '50 clients who call and never read',
    connections: 50,
    seconds: 6,
    bytesEach: lineBytesMax + sendQueueBytesMax + historyBytesMax,
  },
  'login-storm': {
    title: '1,000 logins at once from one address',
    connections: 1000,
    seconds: 20,
    bytesEach: lineBytesMax,
  },
  'login-storm-from-many': {
    title: '1,000 logins at once from 250 addresses',
    connections: 1000,
    seconds: 20,
    bytesEach: lineBytesMax,
  },
} as const;

export type Attack = keyof typeof attacks;
