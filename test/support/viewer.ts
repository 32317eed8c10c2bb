import { Agent, request } from 'node:https';
import { once } from 'node:events';
import type { Directory } from './product.ts';

/** What a viewer's GET got. */
export type ViewerAnswer = {
  readonly status: number;
  /** First word of X-Cache. */
  readonly xCache: string;
  readonly serverTiming: string;
  readonly servedBy: string;
};

/** A browser before some POPs: follows nothing, keeps nothing, asks for Server-Timing. */
export interface Viewer {
  readonly get: (popId: string, url: string) => Promise<ViewerAnswer>;
  readonly close: () => void;
}

/** Creates a viewer that trusts only `caPem`, and finds POPs in `directory`. */
export function createViewer(directory: Directory, caPem: string): Viewer {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: caPem });
  return {
    get: async (popId, url) => {
      const { hostname, pathname, search } = new URL(url);
      const [address = ''] = directory[popId]?.https ?? [];
      const call = request({
        agent,
        host: '127.0.0.1',
        port: Number(address.split(':').at(-1)),
        servername: hostname,
        path: `${pathname}${search}`,
        headers: { host: hostname, 'accept-encoding': 'br, gzip', pragma: 'server-timing' },
      });
      const answered = new Promise<ViewerAnswer>((resolve, reject) => {
        call.once('error', reject);
        call.once('response', (answer) => {
          const header = (name: string): string => String(answer.headers[name] ?? '');
          answer.resume();
          once(answer, 'end').then(
            () =>
              resolve({
                status: answer.statusCode ?? 0,
                xCache: header('x-cache').split(' ')[0] ?? '',
                serverTiming: header('server-timing'),
                servedBy: header('x-amz-cf-pop'),
              }),
            reject,
          );
        });
      });
      call.end();
      return answered;
    },
    close: () => agent.destroy(),
  };
}
