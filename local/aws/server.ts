import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerAws, type AwsCallsDeps } from './aws-calls.ts';
import { INSPECT_PREFIX, inspect } from './inspect.ts';
import { METADATA_PREFIX, type InstanceMetadata } from './instance-metadata.ts';
import { ConnectionCut } from './wire-error.ts';

/** What the server serves. */
export type ServerDeps = AwsCallsDeps & { readonly metadata: InstanceMetadata };

/** A running server. */
export type RunningServer = { readonly url: string; readonly close: () => Promise<void> };

type Reply = { readonly status: number; readonly type: string; readonly text: string };

const MOST_BODY_CHARACTERS = 16 * 1024 * 1024;

/** Serves both APIs, the instances' metadata and the inspection endpoint on 127.0.0.1. */
export async function startServer(
  port: number,
  depsOf: (url: string) => ServerDeps,
): Promise<RunningServer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, resolve);
  });
  const url = `http://127.0.0.1:${portOf(server)}`;
  const deps = depsOf(url);
  server.on('request', (request, response) => {
    answer(request, deps, portOf(server)).then(
      (reply) => send(response, reply),
      (error: unknown) => refuse(response, error),
    );
  });
  return {
    url,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, deps: ServerDeps, port: number): Promise<Reply> {
  const { method = '', headers } = request;
  const host = headers.host ?? '';
  // A web page that makes a name point here must not get at it (DNS rebinding).
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return { status: 403, type: 'text/plain', text: `Host ${host} is not served here` };
  }
  const url = new URL(request.url ?? '/', `http://${host}`);
  const path = url.pathname;
  if (path.startsWith(METADATA_PREFIX)) {
    return { type: 'text/plain', ...deps.metadata.answer({ method, path, headers }) };
  }
  const body = await readBody(request);
  if (path.startsWith(INSPECT_PREFIX)) {
    const { status, body: found } = inspect({ method, path, body }, deps);
    return { status, type: 'application/json', text: `${JSON.stringify(found)}\n` };
  }
  const { status, xml } = await answerAws({ method, url, headers, body }, deps);
  return { status, type: 'text/xml', text: xml };
}

async function readBody(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  const chunks: AsyncIterable<string> = request;
  let text = '';
  for await (const chunk of chunks) {
    text += chunk;
    if (text.length > MOST_BODY_CHARACTERS) throw new RangeError('The body is too long');
  }
  return text;
}

function send(response: ServerResponse, { status, type, text }: Reply): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': crypto.randomUUID(),
  });
  response.end(text);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (error instanceof ConnectionCut) response.destroy();
  else send(response, { status: 400, type: 'text/plain', text: String(error) });
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
