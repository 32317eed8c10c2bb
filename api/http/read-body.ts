import { ApiError } from './api-error.ts';
import { refuseOtherTypes } from './body-type.ts';
import type { ApiContext } from './context.ts';
import { parseJson } from './parse-json.ts';

/** How large a request body may be and how long it may take. */
export type BodyLimits = {
  readonly maximumBytes: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  readonly totalMs: number;
};

/** 32 MiB (design: limits); 10 s without progress; 30 s in all. */
export const BODY_LIMITS: BodyLimits = {
  maximumBytes: 32 * 1024 * 1024,
  idleMs: 10_000,
  totalMs: 30_000,
};

/** Why a connection can't be used again: its body was not read to the end. */
const CLOSE = { connection: 'close' } as const;

/** A JSON body, parsed, and its bytes as they came. */
export type JsonBody = { readonly value: unknown; readonly bytes: Uint8Array };

/**
 * Reads the JSON body of a call within its limits, whatever its Content-Length claims.
 *
 * @throws ApiError 415 for another content type (see {@link refuseOtherTypes}), 413 when too large,
 * 408 when too slow, 400 when cut or not JSON.
 */
export async function readJsonBody(
  context: ApiContext,
  limits: BodyLimits = BODY_LIMITS,
): Promise<JsonBody> {
  refuseOtherTypes(context);
  const stated = Number(context.req.header('content-length') ?? 0);
  if (stated > limits.maximumBytes) throw tooLarge(`${stated} bytes by Content-Length`, limits);
  const bytes = await readBytes(context.req.raw.body, limits);
  return { value: parseJson(bytes), bytes };
}

async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  limits: BodyLimits,
): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bodyBytes = 0;
  const endMs = Date.now() + limits.totalMs;
  try {
    for (;;) {
      const waitMs = Math.min(limits.idleMs, endMs - Date.now());
      const { value, done } = await withinMs(reader.read(), waitMs, limits);
      if (done) return Buffer.concat(chunks, bodyBytes);
      bodyBytes += value.length;
      if (bodyBytes > limits.maximumBytes) throw tooLarge(`${bodyBytes} bytes so far`, limits);
      chunks.push(value);
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(400, `The request body ended early after ${bodyBytes} bytes`, {
      headers: CLOSE,
      cause: error,
    });
  }
}

async function withinMs<Value>(
  reading: Promise<Value>,
  waitMs: number,
  limits: BodyLimits,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow(limits)), Math.max(0, waitMs));
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(seen: string, { maximumBytes }: BodyLimits): ApiError {
  const message = `The request body is too large: ${seen}, at most ${maximumBytes} are accepted; split the request`;
  return new ApiError(413, message, { headers: CLOSE });
}

function tooSlow({ idleMs, totalMs }: BodyLimits): ApiError {
  const message = `The request body came too slowly: at most ${idleMs / 1000} s between two pieces and ${totalMs / 1000} s in all`;
  return new ApiError(408, message, { headers: CLOSE });
}
