/** What an answer, or its lack, says: pure, so that every rule has its table test. */

import type { Outcome } from '../domain/outcome.ts';
import type { EngineAnswer, EngineErrorCode, HeaderView } from './engine.ts';
import { layerOf, type CacheLayer } from './server-timing.ts';

/** How the POP that answered relates to the POP that was asked. */
export type PopMatch = 'asked' | 'sibling' | 'wrong' | 'absent';

/** What is known of a complete answer. */
export type AnswerFacts = {
  readonly isFromCloudFront: boolean;
  readonly popMatch: PopMatch;
  /** POP ids that the answer named, as they came; undefined when none. */
  readonly servedBy: string | undefined;
  /** First word of X-Cache (`Hit`, `RefreshHit`, `Miss`, …), of each value where it came twice. */
  readonly xCache: string | undefined;
  readonly layer: CacheLayer | undefined;
  readonly hasServerTiming: boolean;
  /** A cache answered, by every X-Cache value. */
  readonly isHit: boolean;
  /** The cache asked the origin whether its copy is still good. */
  readonly isRefreshed: boolean;
  /** CloudFront asks to be asked less: no outcome, try again after 10 s. */
  readonly isSlowDown: boolean;
  /** Made by Lambda@Edge; the answer of an origin-request function may yet be cached. */
  readonly isLambdaGenerated: boolean;
};

/**
 * Reads the facts out of an answer.
 *
 * @param pop the POP that was asked, in upper case.
 */
export function readFacts(
  answer: Pick<EngineAnswer, 'status' | 'headers'>,
  pop: string,
): AnswerFacts {
  const { status, headers } = answer;
  const { popMatch, servedBy } = readPop(pop, headers.get('x-amz-cf-pop'));
  const cache = readXCache(headers.get('x-cache'));
  const { hasServerTiming, layer } = layerOf(headers.get('server-timing'), pop);
  return {
    isFromCloudFront: servedBy !== undefined || hasOtherCloudFrontHeader(headers),
    popMatch,
    servedBy,
    xCache: cache.xCache,
    layer,
    hasServerTiming,
    isHit: cache.isHit,
    isRefreshed: cache.isRefreshed,
    isSlowDown: status === 503 && cache.isRefusal,
    isLambdaGenerated: cache.isLambdaGenerated,
  };
}

/** What X-Cache says by itself. */
type XCacheFacts = Pick<AnswerFacts, 'xCache' | 'isHit' | 'isRefreshed' | 'isLambdaGenerated'> & {
  readonly isRefusal: boolean;
};

function readXCache(values: readonly string[] = []): XCacheFacts {
  const [value = ''] = values;
  if (values.length === 1) {
    // Compared, not looked up: to hash a value costs more than to compare it with three.
    for (const usual of USUAL_X_CACHE) if (usual.value === value) return usual.facts;
  }
  return xCacheFacts(values.flatMap(firstWords));
}

function xCacheFacts(words: readonly string[]): XCacheFacts {
  return {
    xCache: words.length === 0 ? undefined : words.join(', ').slice(0, 100),
    isHit: words.length > 0 && words.every((word) => word === 'Hit' || word === 'RefreshHit'),
    isRefreshed: words.includes('RefreshHit'),
    isLambdaGenerated: words.includes('LambdaGeneratedResponse'),
    isRefusal: words.includes('LimitExceeded') || words.includes('CapacityExceeded'),
  };
}

/** The values that nearly every answer has, read once. */
const USUAL_X_CACHE = ['Hit', 'Miss', 'RefreshHit'].map((word) => ({
  value: `${word} from cloudfront`,
  facts: xCacheFacts([word]),
}));

function readPop(
  asked: string,
  values: readonly string[] = [],
): Pick<AnswerFacts, 'popMatch' | 'servedBy'> {
  if (values.length === 1 && values[0] === asked) return { popMatch: 'asked', servedBy: asked };
  const pops = values.flatMap(listItems);
  const servedBy = pops.length === 0 ? undefined : pops.join(', ').slice(0, 100);
  return { popMatch: matchPop(pops, asked), servedBy };
}

/**
 * The outcome of an answer that is no fetch of the object from the POP; undefined when it is one,
 * and undefined for {@link AnswerFacts.isSlowDown}, which is no outcome.
 */
export function failureOfAnswer(
  answer: Pick<EngineAnswer, 'status' | 'isLengthUnknown'>,
  facts: AnswerFacts,
): Outcome | undefined {
  const { status } = answer;
  if (facts.isSlowDown) return undefined;
  if (status >= 500) return 'server_error';
  if (!facts.isFromCloudFront || status < 200) return 'not_cloudfront';
  if (status >= 300) return failureOfStatus(status);
  // An error page can stand in for the object with status 200 (AWS: custom error responses).
  if (facts.xCache?.includes('Error')) return 'client_error';
  if (facts.xCache === 'Redirect') return 'redirected';
  if (facts.xCache === 'FunctionGeneratedResponse') return 'edge_generated';
  if (facts.popMatch === 'absent') return 'not_cloudfront';
  if (facts.popMatch === 'sibling') return 'sibling_pop';
  if (facts.popMatch === 'wrong') return 'wrong_pop';
  // No Range was sent, so part of the object is not the object.
  if (status === 206) return 'protocol_error';
  return answer.isLengthUnknown ? 'truncated' : undefined;
}

function failureOfStatus(status: number): Outcome {
  if (status < 400) return 'redirected';
  if (status === 404 || status === 410) return 'not_found';
  return status === 401 || status === 403 ? 'forbidden' : 'client_error';
}

/** The outcome of a GET that gave no complete answer; undefined when it was cancelled. */
export function failureOfError(code: EngineErrorCode): Outcome | undefined {
  return OUTCOME_BY_CODE[code];
}

const OUTCOME_BY_CODE = {
  connect_failed: 'connect_failed',
  connect_timeout: 'connect_failed',
  tls_error: 'tls_failed',
  first_byte_timeout: 'timed_out',
  idle_timeout: 'timed_out',
  deadline: 'timed_out',
  too_slow: 'too_slow',
  truncated: 'truncated',
  protocol: 'protocol_error',
  reset: 'protocol_error',
  too_large: 'too_large',
  aborted: undefined,
} as const satisfies Record<EngineErrorCode, Outcome | undefined>;

function hasOtherCloudFrontHeader(headers: HeaderView): boolean {
  return (
    headers.get('x-amz-cf-id') !== undefined ||
    (headers.get('x-cache') ?? []).some((value) => value.includes('from cloudfront')) ||
    (headers.get('via') ?? []).some((value) => value.includes('(CloudFront)'))
  );
}

/** The header comes twice where one CloudFront stands before another: one of them must match. */
function matchPop(pops: readonly string[], asked: string): PopMatch {
  if (pops.length === 0) return 'absent';
  const given = pops.map((each) => each.toUpperCase());
  if (given.includes(asked)) return 'asked';
  return given.some((each) => locationOf(each) === locationOf(asked)) ? 'sibling' : 'wrong';
}

function locationOf(pop: string): string {
  return pop.split('-')[0] ?? pop;
}

function listItems(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function firstWords(value: string): readonly string[] {
  return listItems(value).map((item) => item.split(' ')[0] ?? item);
}
