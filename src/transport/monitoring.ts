import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.js';

/** What machines that watch over the daemon ask, over HTTP: is it alive, is it ready, how is it doing. */

export interface MonitoringOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly metrics: Metrics;
  /** Why it should not be sent clients now, a line a reason; empty when it should. */
  readonly unready: () => readonly string[];
  readonly onTrouble: (what: string, details: Record<string, unknown>) => void;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly contentType?: string;
}

const connectionsMax = 16;
const requestMsMax = 10_000;
const headerBytesMax = 8 * 1024;

/**
 * Answers `/healthz`, `/readyz` and `/metrics`, until the process ends. Resolves with the port.
 *
 * @throws the system's error, for instance EADDRINUSE.
 */
export function listenForMonitoring(options: MonitoringOptions): Promise<number> {
  const { host, port, onTrouble } = options;
  const server: Server = createServer(
    { maxHeaderSize: headerBytesMax, headersTimeout: requestMsMax, requestTimeout: requestMsMax },
    async ({ method, url = '/' }, response) => {
      const { status, text, contentType } = await answerTo(method, url, options).catch((error: unknown): Answer => {
        onTrouble('the metrics could not be gathered', { err: error });
        return { status: 500, text: 'the metrics could not be gathered; the log tells why\n' };
      });
      const headers = { 'content-type': contentType ?? 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
      response.writeHead(status, status === 405 ? { ...headers, allow: 'GET, HEAD' } : headers).end(text);
    },
  );
  server.maxConnections = connectionsMax;
  // Who says nothing, or does not read the answer, makes room for others.
  server.setTimeout(requestMsMax);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      // Too many open files: the connection is refused, the server goes on.
      server.on('error', () => {});
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function answerTo(method: string | undefined, url: string, options: MonitoringOptions): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'only GET and HEAD are answered\n' };
  switch (url.split('?', 1)[0]) {
    case '/healthz':
      return { status: 200, text: 'alive\n' };
    case '/readyz': {
      const reasons = options.unready();
      return reasons.length === 0
        ? { status: 200, text: 'ready\n' }
        : { status: 503, text: reasons.map((reason) => `${reason}\n`).join('') };
    }
    case '/metrics':
      return { status: 200, text: await options.metrics.text(), contentType: options.metrics.contentType };
    default:
      return { status: 404, text: 'there are /metrics, /healthz and /readyz\n' };
  }
}
