import { type EdgeEngine, EngineError, type EngineRequest } from '../../../../edge/engine.ts';
import { ProtocolError } from '../../../../edge/http1/protocol-error.ts';
import { ResponseParser } from '../../../../edge/http1/response-parser.ts';
import type { HostileAnswer } from './hostile-answer.ts';

/** What became of one GET: an answer, or the code of the failure. */
export type Seen = {
  readonly code: string;
  readonly status: number | undefined;
  readonly bodyBytes: number;
  readonly isLengthUnknown: boolean;
  readonly message: string;
};

/** Fetches and says what became of it. */
export async function seeAnswer(engine: EdgeEngine, request: EngineRequest): Promise<Seen> {
  try {
    const { status, bodyBytes, isLengthUnknown } = await engine.fetch(request);
    return { code: 'complete', status, bodyBytes, isLengthUnknown, message: '' };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { code, message, facts } = error;
    const { status, bodyBytes } = facts;
    return { code, status, bodyBytes, isLengthUnknown: false, message };
  }
}

/** What the parser alone makes of an answer that arrives whole and then ends. */
export function expectedCode({ method, bytes }: HostileAnswer): string {
  const parser = new ResponseParser(method);
  const buffer = Buffer.from(bytes, 'latin1');
  try {
    parser.feed(buffer, buffer.length);
  } catch (error) {
    if (error instanceof ProtocolError) return 'protocol';
    throw error;
  }
  const end = parser.endOfConnection();
  return end === 'no-answer' ? 'reset' : end;
}
