import { parentPort, workerData } from 'node:worker_threads';
import { RoomStore } from '../../src/storage/room-store.js';
import { ana, sala1 } from './people.js';

/** The entry of a thread for tests: it writes messages into a room's file, a few a commit, and tells the head each time. */

export interface WriterData {
  readonly file: string;
  readonly messages: number;
  readonly perCommit: number;
}

const { file, messages, perCommit } = workerData as WriterData;
const store = new RoomStore(file, sala1);
for (let head = 0; head < messages; ) {
  const upTo = Math.min(messages, head + perCommit);
  store.transaction(() => {
    for (let seq = head + 1; seq <= upTo; seq++) {
      store.append({ type: 'said', seq, at: seq, user: ana, text: `text ${seq}` }, seq, 'e1');
    }
  });
  head = upTo;
  parentPort?.postMessage(head);
}
store.close();
