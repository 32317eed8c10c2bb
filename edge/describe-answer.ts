import type { AnswerFacts } from './classify.ts';
import type { EngineAnswer } from './engine.ts';

/** Cache-Control directives by which an origin keeps CloudFront from caching. */
const TELLING_DIRECTIVES: ReadonlySet<string> = new Set([
  'private',
  'no-store',
  'no-cache',
  'max-age=0',
  's-maxage=0',
]);

/**
 * What an answer that is no fetch of the object says, for a person: at most 200 characters, without
 * query strings, which may carry signatures.
 */
export function describeAnswer(
  answer: Pick<EngineAnswer, 'status' | 'headers' | 'isLengthUnknown'>,
  facts: AnswerFacts,
): string {
  const { status, headers } = answer;
  const words = [`HTTP ${status}`];
  if (facts.xCache !== undefined) words.push(`X-Cache ${facts.xCache}`);
  if (!facts.isFromCloudFront) words.push('no header of CloudFront');
  else if (facts.servedBy === undefined) words.push('no X-Amz-Cf-Pop');
  else if (facts.popMatch !== 'asked') words.push(`answered by ${facts.servedBy}`);
  if (status < 300 && answer.isLengthUnknown)
    words.push('the end of the body can’t be told from a cut');
  const oddity = describeOddity(answer, facts);
  if (oddity !== undefined) words.push(oddity);
  const [location] = status >= 300 && status < 400 ? (headers.get('location') ?? []) : [];
  if (location !== undefined) words.push(`to ${location.split(/[?#]/)[0]}`);
  return words.join(', ').slice(0, 200);
}

const CHECK_MAKERS = 'check the origin and the functions at the edge';

/** What a status alone does not tell, with what to check. */
function describeOddity(
  { status, headers }: Pick<EngineAnswer, 'status' | 'headers'>,
  { xCache }: AnswerFacts,
): string | undefined {
  // AWS, Generating custom error responses: the page may come with another status than the error's.
  if (status < 300 && xCache?.includes('Error')) {
    return 'a custom error page of the distribution in place of an error: check the origin, and the custom error responses';
  }
  if (status === 304) {
    return `answers a conditional request, and none was sent: ${CHECK_MAKERS}`;
  }
  if (status !== 206) return undefined;
  const [range = ''] = headers.get('content-range') ?? [];
  const part = /^bytes \d{1,15}-\d{1,15}\/(?:\d{1,15}|\*)$/.test(range) ? ` (${range})` : '';
  return `a part of the object${part}, and no Range was sent: ${CHECK_MAKERS}`;
}

/** Why CloudFront may not cache an answer: what its Cache-Control says, undefined when nothing. */
export function describeCaching(headers: EngineAnswer['headers']): string | undefined {
  const directives = (headers.get('cache-control') ?? [])
    .flatMap((value) => value.toLowerCase().split(','))
    .map((directive) => directive.trim())
    .filter((directive) => TELLING_DIRECTIVES.has(directive));
  if (directives.length === 0) return undefined;
  return `Cache-Control says ${directives.join(', ')}`;
}
