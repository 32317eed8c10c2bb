import {
  EngineError,
  type EngineErrorCode,
  type EngineErrorFacts,
  type EngineRequest,
} from '../engine.ts';

/** Why an exchange ends without an answer, in words that follow "GET … at …:". */
export type ExchangeFailure = {
  readonly code: EngineErrorCode;
  readonly what: string;
  readonly cause?: Error;
};

/** The error that the caller of a GET gets. Its text leaves the query string out: that may hold a signature. */
export function toEngineError(
  { method, url, address }: EngineRequest,
  { what, cause }: ExchangeFailure,
  facts: EngineErrorFacts,
): EngineError {
  const [path = ''] = url.path.split('?');
  const subject = `${method} ${url.origin.text}${path} at ${address.host}:${address.port}`;
  return new EngineError(`${subject}: ${what}`, facts, cause === undefined ? {} : { cause });
}
