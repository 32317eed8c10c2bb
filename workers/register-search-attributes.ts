import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { DOMAIN_SEARCH_ATTRIBUTE, STATUS_SEARCH_ATTRIBUTE } from '../domain/ids.ts';
import { isNamespaceMissing } from './temporal-problem.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;

const WANTED = {
  [STATUS_SEARCH_ATTRIBUTE]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [DOMAIN_SEARCH_ATTRIBUTE]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
};

const MAXIMUM_CHARACTERS = 300;

/** Where to register, and whom to tell. */
export type SearchAttributeTarget = { readonly namespace: string; readonly logger: Logger };

/**
 * Adds the product's search attributes to the namespace where they are missing. Idempotent.
 *
 * Temporal Cloud does not let clients do that: there an administrator adds them once, and until
 * then the log says which are missing and workflow tasks wait.
 *
 * @throws Error when the namespace itself is missing.
 */
export async function registerSearchAttributes(
  connection: NativeConnection,
  { namespace, logger }: SearchAttributeTarget,
): Promise<void> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    const missing = Object.entries(WANTED).filter(([name]) => !(name in customAttributes));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing),
    });
    logger.info({ namespace, names: missing.map(([name]) => name) }, 'search attributes added');
  } catch (error) {
    if (isNamespaceMissing(error)) throw error;
    const names = Object.keys(WANTED);
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn(
      { namespace, names },
      `search attributes could not be checked or added: ${reason.slice(0, MAXIMUM_CHARACTERS)}`,
    );
  }
}
