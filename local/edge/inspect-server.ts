import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { z } from 'zod';

import { faultRuleSchema } from './fault.ts';
import type { SimulatedCloudFront } from './simulated-cloudfront.ts';

/** The inspection endpoint. */
export interface InspectServer {
  url: string;
  close: () => Promise<void>;
}

const MAX_BODY_CHARACTERS = 4 * 1024 * 1024;

const filterSchema = z.object({
  location: z.string().optional(),
  kind: z.enum(['pop', 'regional']).optional(),
  distributionId: z.string().optional(),
  path: z.string().optional(),
  state: z.enum(['complete', 'fragment']).optional(),
  method: z.string().optional(),
  limit: z.coerce.number().int().min(0).max(100_000).optional(),
  offset: z.coerce.number().int().min(0).optional(),
});
const admissionSchema = z.object({ rule: z.enum(['A', 'B']) });
const invalidationSchema = z.object({
  distributionId: z.string(),
  paths: z.array(z.string()).min(1).max(3_000),
});
const changeSchema = z.object({ path: z.string() });

/** An answer of the endpoint: a status, and what becomes its JSON. */
type Reply = {
  status: number;
  body: unknown;
};

interface Call {
  url: URL;
  readBody: () => Promise<unknown>;
}

type Handler = (call: Call) => Reply | Promise<Reply>;

class BadRequestError extends Error {
  override name = 'BadRequestError';
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const decoder = new TextDecoder();
  const chunks: AsyncIterable<Uint8Array> = request;
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_BODY_CHARACTERS) throw new BadRequestError('The body is too long');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequestError('The body is not JSON', { cause: error });
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new BadRequestError(z.prettifyError(parsed.error));
  return parsed.data;
}

/** Drops keys that are absent, which `exactOptionalPropertyTypes` tells from undefined ones. */
function readFilter(url: URL): Parameters<SimulatedCloudFront['inspect']['caches']>[0] {
  const filter = parse(filterSchema, Object.fromEntries(url.searchParams));
  const { location, kind, distributionId, path, state, method, limit, offset } = filter;
  return {
    ...(location === undefined ? {} : { location }),
    ...(kind === undefined ? {} : { kind }),
    ...(distributionId === undefined ? {} : { distributionId }),
    ...(path === undefined ? {} : { path }),
    ...(state === undefined ? {} : { state }),
    ...(method === undefined ? {} : { method }),
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  };
}

/** Runs a change whose own checks throw, and calls that the asker's mistake. */
function refuseOnError<T>(change: () => T): T {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new BadRequestError(error.message, { cause: error });
  }
}

const ok = (body: unknown): Reply => ({ status: 200, body });
const notFound = (what: string): Reply => ({
  status: 404,
  body: { error: `${what} does not exist` },
});

function createHandlers(cloudFront: SimulatedCloudFront): Record<string, Handler> {
  const { inspect, faults, admission, invalidations } = cloudFront;
  return {
    'GET /caches': ({ url }) => ok(inspect.caches(readFilter(url))),
    'GET /requests': ({ url }) => ok(inspect.requests(readFilter(url))),
    'GET /origin': ({ url }) => ok(inspect.origin(readFilter(url))),
    'GET /directory': () => ok(cloudFront.directory()),
    'GET /faults': () => ok(faults.list()),
    'POST /faults': async ({ readBody }) => {
      const { times, ...rule } = parse(faultRuleSchema, await readBody());
      const input = times === undefined ? rule : { ...rule, times };
      return { status: 201, body: { id: refuseOnError(() => faults.add(input)) } };
    },
    'DELETE /faults': ({ url }) => {
      const id = url.searchParams.get('id');
      if (id === null) faults.clear();
      else if (!faults.remove(Number(id))) return notFound(`Fault rule ${id}`);
      return ok(faults.list());
    },
    'GET /admission': () => ok({ rule: admission.rule() }),
    'POST /admission': async ({ readBody }) => {
      admission.setRule(parse(admissionSchema, await readBody()).rule);
      return ok({ rule: admission.rule() });
    },
    'POST /invalidations': async ({ readBody }) => {
      const { distributionId, paths } = parse(invalidationSchema, await readBody());
      const created = refuseOnError(() => invalidations.create(distributionId, paths));
      return { status: 201, body: created };
    },
    'GET /invalidations': ({ url }) => {
      const id = url.searchParams.get('id') ?? '';
      const invalidation = invalidations.find(id);
      return invalidation === undefined ? notFound(`Invalidation \`${id}\``) : ok(invalidation);
    },
    'POST /content': async ({ readBody }) => {
      const { path } = parse(changeSchema, await readBody());
      cloudFront.changeContent(path);
      return ok({ path });
    },
    'POST /reset': () => {
      cloudFront.reset();
      return ok({});
    },
  };
}

async function handle(
  handlers: Record<string, Handler>,
  request: IncomingMessage,
  port: number,
): Promise<Reply> {
  // A web page that makes a name point here must not get at it (DNS rebinding).
  const host = request.headers.host ?? '';
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return { status: 403, body: { error: `Host \`${host}\` is not this endpoint` } };
  }
  const url = new URL(request.url ?? '/', `http://${host}`);
  const handler = handlers[`${request.method ?? ''} ${url.pathname}`];
  if (handler === undefined) {
    return { status: 404, body: { error: 'No such call', calls: Object.keys(handlers) } };
  }
  try {
    return await handler({ url, readBody: () => readJson(request) });
  } catch (error) {
    if (!(error instanceof BadRequestError)) throw error;
    return { status: 400, body: { error: error.message } };
  }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Starts the inspection endpoint on 127.0.0.1. @throws Error when the port is taken. */
export async function startInspectServer(
  cloudFront: SimulatedCloudFront,
  port: number,
): Promise<InspectServer> {
  const handlers = createHandlers(cloudFront);
  const server = createServer((request, response) => {
    handle(handlers, request, portOf(server)).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, { status: 500, body: { error: String(error) } }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const message = `The inspection endpoint can't listen on 127.0.0.1:${port} (${error.message}): choose another --inspect-port`;
      reject(new Error(message, { cause: error }));
    });
    server.listen({ host: '127.0.0.1', port }, resolve);
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
