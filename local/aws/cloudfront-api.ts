import type { Invalidations, LocalInvalidation } from './invalidations.ts';
import { distributionSummary, type LocalDistribution } from './local-distribution.ts';
import { WireError } from './wire-error.ts';
import { XmlError, childOf, parseXml, type XmlNode } from './xml.ts';

/** Version of the CloudFront API, which starts each of its paths. */
export const CLOUDFRONT_PREFIX = '/2020-05-31/';

/** A call as the server read it. */
export type CloudFrontCall = {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
};

/** A matched call: its action, and how to answer it. */
export type CloudFrontAction = {
  readonly action: string;
  readonly detail: Readonly<Record<string, string | number>>;
  readonly run: () => { readonly status: number; readonly root: XmlNode };
};

/** What the API shows. */
export type CloudFrontDeps = {
  readonly distributions: readonly LocalDistribution[];
  readonly invalidations: Invalidations;
  /** Distributions on a page when the caller names no smaller number. @default 100 */
  readonly pageSize?: number;
};

/**
 * Finds the action of a call: ListDistributions, CreateInvalidation or GetInvalidation.
 *
 * @throws WireError when there is no such action.
 */
export function matchCloudFront(call: CloudFrontCall, deps: CloudFrontDeps): CloudFrontAction {
  const path = call.url.pathname.slice(CLOUDFRONT_PREFIX.length).split('/').map(decodeURIComponent);
  const [resource, distributionId = '', child, invalidationId = ''] = path;
  const shape = `${call.method} ${resource} ${path.length} ${child ?? ''}`;
  switch (shape) {
    case 'GET distribution 1 ':
      return {
        action: 'ListDistributions',
        detail: {},
        run: () => listDistributions(call.url, deps),
      };
    case 'POST distribution 3 invalidation':
      return {
        action: 'CreateInvalidation',
        detail: { distributionId },
        run: () => create(call, distributionId, deps),
      };
    case 'GET distribution 4 invalidation':
      return {
        action: 'GetInvalidation',
        detail: { distributionId, invalidationId },
        run: () => get(distributionId, invalidationId, deps),
      };
    default:
      throw new WireError(404, 'UnknownOperation', `${call.method} ${call.url.pathname}`);
  }
}

function listDistributions(url: URL, deps: CloudFrontDeps): { status: number; root: XmlNode } {
  const most = deps.pageSize ?? 100;
  const asked = url.searchParams.get('MaxItems') ?? String(most);
  if (!/^\d{1,4}$/.test(asked) || Number(asked) < 1) {
    throw new WireError(400, 'InvalidArgument', `MaxItems ${asked} is not valid.`);
  }
  const size = Math.min(most, Number(asked));
  const marker = url.searchParams.get('Marker') ?? '';
  const start = marker === '' ? 0 : deps.distributions.findIndex(({ id }) => id === marker) + 1;
  if (marker !== '' && start === 0) {
    throw new WireError(400, 'InvalidArgument', `Marker ${marker} is not valid.`);
  }
  const page = deps.distributions.slice(start, start + size);
  const isTruncated = start + size < deps.distributions.length;
  const next: XmlNode[] = isTruncated ? [['NextMarker', page.at(-1)?.id ?? '']] : [];
  const items: XmlNode[] = page.length === 0 ? [] : [['Items', page.map(distributionSummary)]];
  return {
    status: 200,
    root: [
      'DistributionList',
      [
        ['Marker', marker],
        ...next,
        ['MaxItems', size],
        ['IsTruncated', isTruncated],
        ['Quantity', page.length],
        ...items,
      ],
    ],
  };
}

function create(
  call: CloudFrontCall,
  distributionId: string,
  deps: CloudFrontDeps,
): { status: number; root: XmlNode } {
  checkDistribution(distributionId, deps);
  const { callerReference, paths } = readBatch(call.body);
  const invalidation = deps.invalidations.create({ distributionId, callerReference, paths });
  return { status: 201, root: describe(invalidation) };
}

function get(
  distributionId: string,
  id: string,
  deps: CloudFrontDeps,
): { status: number; root: XmlNode } {
  checkDistribution(distributionId, deps);
  const invalidation = deps.invalidations.find(distributionId, id);
  if (invalidation === undefined) {
    throw new WireError(404, 'NoSuchInvalidation', 'The specified invalidation does not exist.');
  }
  return { status: 200, root: describe(invalidation) };
}

function checkDistribution(distributionId: string, deps: CloudFrontDeps): void {
  if (deps.distributions.some(({ id }) => id === distributionId)) return;
  throw new WireError(404, 'NoSuchDistribution', 'The specified distribution does not exist.');
}

function readBatch(body: string): { callerReference: string; paths: string[] } {
  if (body === '') throw new WireError(400, 'MissingBody', 'Request body is empty');
  try {
    const batch = parseXml(body);
    if (batch.name !== 'InvalidationBatch') throw new XmlError(`${batch.name} is no batch`);
    const list = childOf(batch, 'Paths');
    const paths = childOf(list, 'Items').children.map((path) => path.text);
    if (Number(childOf(list, 'Quantity').text) !== paths.length) {
      throw new WireError(
        400,
        'InconsistentQuantities',
        'The value of Quantity and the size of Items don’t match.',
      );
    }
    return { callerReference: childOf(batch, 'CallerReference').text, paths };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new WireError(400, 'MalformedXML', error.message);
  }
}

function describe(invalidation: LocalInvalidation): XmlNode {
  const { id, status, callerReference, paths } = invalidation;
  return [
    'Invalidation',
    [
      ['Id', id],
      ['Status', status],
      ['CreateTime', new Date(invalidation.createdAtMs).toISOString()],
      [
        'InvalidationBatch',
        [
          [
            'Paths',
            [
              ['Quantity', paths.length],
              ['Items', paths.map((path): XmlNode => ['Path', path])],
            ],
          ],
          ['CallerReference', callerReference],
        ],
      ],
    ],
  ];
}
