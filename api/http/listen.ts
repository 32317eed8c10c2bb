import { once } from 'node:events';
import type { Server } from 'node:http';

/** Where a server listens. */
export type ListenAddress = { readonly host: string; readonly port: number };

/** What the system's refusals mean (POSIX, bind and listen; getaddrinfo). */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'another process has this port: choose another PORT, or end that process'],
  ['EACCES', 'this user may not take this port: choose a PORT above 1023'],
  ['EADDRNOTAVAIL', 'this machine does not have this address: choose another HOST'],
  ['ENOTFOUND', 'this name has no address: choose another HOST'],
]);

/** The address can't be listened on; the message is for the operator and says it all. */
export class ListenError extends Error {
  override readonly name = 'ListenError' as const;
}

/**
 * Makes a server listen.
 *
 * @returns the port, which the system chooses where 0 was asked for.
 * @throws ListenError with one sentence that names the address and what to do.
 */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = codeOf(error);
    const remedy = REMEDIES.get(code) ?? (error instanceof Error ? error.message : String(error));
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    throw new ListenError(`The api can't listen on ${place}: ${remedy} (${code})`, {
      cause: error,
    });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no code';
}
