import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What travels with one HTTP call through the api. */
export type ApiEnv = {
  Variables: {
    /** `x-request-id`: the caller's, when well-formed, else a new one. */
    callId: string;
    /** Name of the API key that the caller showed; `anonymous` where none is needed. */
    keyName: string;
  };
  Bindings: Partial<HttpBindings>;
};

/** Context of one HTTP call. */
export type ApiContext = Context<ApiEnv>;
