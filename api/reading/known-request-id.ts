import { isRequestId } from '../../domain/ids.ts';
import { unknownRequest } from '../temporal/temporal-errors.ts';

/**
 * A text as the id of a request, so that it can't name another workflow.
 *
 * @throws ApiError 404 when no request can have this id.
 */
export function knownRequestId(text: string): string {
  if (!isRequestId(text)) throw unknownRequest(text);
  return text;
}
