import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { DOMAIN_SEARCH_ATTRIBUTE, STATUS_SEARCH_ATTRIBUTE } from '../domain/ids.ts';

const { IndexedValueType } = temporal.api.enums.v1;

const WANTED = {
  [STATUS_SEARCH_ATTRIBUTE]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [DOMAIN_SEARCH_ATTRIBUTE]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
};

/** The names of the search attributes that were added; empty where they were all there. */
export type RegisteredSearchAttributes = readonly string[];

/**
 * Adds the product's search attributes to the namespace where they are missing. Idempotent.
 *
 * @throws ServiceError where the server does not let clients do that, as Temporal Cloud does not:
 *   there an administrator adds them once (docs/operations.md).
 */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<RegisteredSearchAttributes> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(WANTED).filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return [];
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing),
  });
  return missing.map(([name]) => name);
}
