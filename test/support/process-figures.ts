import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of a running process (https://man7.org/linux/man-pages/man5/proc.5.html). */

const KiB = 1024;
const sampleMs = 50;

/** Bytes of memory the process has in use. */
export function residentBytes(pid: number): number {
  return figure(`/proc/${pid}/status`, 'VmRSS') * KiB;
}

/** Bytes the process has read so far, from files and sockets. */
export function bytesRead(pid: number): number {
  return figure(`/proc/${pid}/io`, 'rchar');
}

/** Files and sockets the process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Bytes that the system has taken from the server on this port and not yet passed on to its clients. */
export function bytesUnderWay(port: number): number {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  let bytes = 0;
  for (const row of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, , local = '', remote = '', , queues = ''] = row.split(/ +/);
    const [sent = '', received = ''] = queues.split(':');
    if (local.endsWith(`:${wanted}`)) bytes += Number.parseInt(sent, 16);
    if (remote.endsWith(`:${wanted}`)) bytes += Number.parseInt(received, 16);
  }
  return bytes;
}

/** Watches the memory of a process, from now until `stop`, which answers the most there was. */
export function watchMemory(pid: number): { readonly before: number; stop(): number } {
  const before = residentBytes(pid);
  let most = before;
  const sample = () => {
    most = Math.max(most, residentBytes(pid));
  };
  const timer = setInterval(sample, sampleMs);
  return {
    before,
    stop: () => {
      clearInterval(timer);
      sample();
      return most;
    },
  };
}

function figure(file: string, name: string): number {
  const value = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1];
  if (value === undefined) throw new Error(`${file} has no ${name}`);
  return Number(value);
}
