import { expect, test } from 'vitest';
import { parsePrewarmRequest } from '../../domain/request.ts';

const CONTEXT = {
  acceptedAtMs: 1_713_237_141_046,
  maximumInstances: 300,
  maximumInvalidationPaths: 3_000,
  dnsSuffix: 'cloudfront.net',
};

/** What the door says of a request with the given targets. */
function parse(targets: Record<string, unknown>) {
  const rest = { url_list: ['https://www.example.com/'], timeout: 5, instance_count: 1 };
  return parsePrewarmRequest({ ...rest, depth: 'regional', ...targets }, CONTEXT);
}

/** POPs and warnings of a request that the door takes. */
function accepted(targets: Record<string, unknown>) {
  const parsed = parse(targets);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  const { pops, warnings } = parsed.input;
  return { pops: pops.map(({ id }) => id), warnings };
}

test.each([undefined, null, '', ' '])('takes the type of the one list given for %j', (missing) => {
  const region = accepted({ target_type: missing, pops: [], regions: ['AU'] });
  const country = accepted({ target_type: missing, countries: ['South Korea'], regions: null });

  expect(region).toEqual({
    pops: ['SYD1-C1', 'SYD62-P1'],
    warnings: ['target_type is missing; region is used, since regions is given'],
  });
  expect(country).toEqual({
    pops: ['ICN57-P1', 'ICN57-P2'],
    warnings: ['target_type is missing; country is used, since countries is given'],
  });
});

test('takes pop without a warning where pops alone or no list is given', () => {
  expect(accepted({ pops: ['ATL56-C1'] })).toEqual({ pops: ['ATL56-C1'], warnings: [] });
  expect(accepted({})).toEqual(accepted({ target_type: 'pop', pops: [] }));
});

test('refuses several lists without the word that chooses one', () => {
  const parsed = parse({ target_type: null, pops: ['ATL56-C1'], regions: ['AU'] });

  expect(parsed).toMatchObject({
    ok: false,
    problems: [
      {
        field: 'target_type',
        message:
          'target_type is missing: it must say which of pops and regions counts (pop or region)',
      },
    ],
  });
});
