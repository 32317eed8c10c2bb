import { expect, test } from 'vitest';
import { parsePrewarmRequest } from '../../domain/request.ts';

const CONTEXT = {
  acceptedAtMs: 1_713_237_141_046,
  maximumInstances: 300,
  maximumInvalidationPaths: 3_000,
  dnsSuffix: 'cloudfront.net',
};

const EXAMPLE = {
  url_list: [
    'https://www.example.com/index.html',
    'https://www.example.com/css/bootstrap-icons.css',
  ],
  cf_domain: 'www.example.com',
  target_type: 'pop',
  countries: [],
  regions: [],
  pops: ['ATL56-C1', 'SIN2-C1', 'DFW55-C3'],
  timeout: 5,
  header: [],
  instance_count: 1,
  need_invalidate: false,
};

const parse = (overrides: Record<string, unknown>, context: Partial<typeof CONTEXT> = {}) =>
  parsePrewarmRequest({ ...EXAMPLE, ...overrides }, { ...CONTEXT, ...context });

function accepted(overrides: Record<string, unknown>) {
  const parsed = parse(overrides);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.input;
}

function refused(overrides: Record<string, unknown>, context: Partial<typeof CONTEXT> = {}) {
  const parsed = parse(overrides, context);
  if (parsed.ok) throw new Error('the request was accepted');
  return parsed;
}

test("takes the contract's own example as it is", () => {
  const parsed = parsePrewarmRequest({ ...EXAMPLE, depth: 'edge' }, CONTEXT);

  expect(parsed).toEqual({
    ok: true,
    input: {
      acceptedAtMs: CONTEXT.acceptedAtMs,
      timeoutMs: 300_000,
      instanceCount: 1,
      needInvalidate: false,
      depth: 'edge',
      headers: [],
      cfDomain: 'www.example.com',
      urls: EXAMPLE.url_list,
      pops: [
        { id: 'ATL56-C1', area: 'us-east-2' },
        { id: 'SIN2-C1', area: 'ap-southeast-1' },
        { id: 'DFW55-C3', area: 'us-east-2' },
      ],
      refusedPops: [],
      warnings: [],
    },
  });
});

test('takes url_list alone, and says what it assumed', () => {
  const parsed = parsePrewarmRequest({ url_list: EXAMPLE.url_list }, CONTEXT);
  const input = parsed.ok ? parsed.input : undefined;

  expect(input).toMatchObject({ timeoutMs: 1_800_000, instanceCount: 1, depth: 'edge' });
  expect(input?.pops.length).toBeGreaterThan(10);
  expect(input?.warnings.join('\n')).toMatch(
    /timeout is missing; 30[^]*instance_count is missing; 1/,
  );
});

test.each([null, '', '  '])('finds the domain itself when cf_domain is %j', (domain) => {
  expect(accepted({ cf_domain: domain })).not.toHaveProperty('cfDomain');
});

test.each<[string, unknown, string]>([
  ['url_list', undefined, 'url_list is required: a list of URLs'],
  [
    'url_list',
    'https://www.example.com/',
    'url_list must be a list of URLs; it is "https://www.example.com/"',
  ],
  ['url_list', [], 'url_list must name at least one URL'],
  ['url_list', [7], 'url_list[0] must be text; it is 7'],
  [
    'url_list',
    ['ftp://x.example/'],
    'url_list[0] must begin with http:// or https://; it is "ftp://x.example/"',
  ],
  ['timeout', '5', 'timeout must be a number of minutes; it is "5"'],
  ['timeout', 0, 'timeout must be above 0 minutes; it is 0'],
  ['timeout', -1, 'timeout must be above 0 minutes; it is -1'],
  ['timeout', 10_081, 'timeout must be at most 10080 minutes; it is 10081'],
  ['instance_count', 1.5, 'instance_count must be a whole number of instances; it is 1.5'],
  ['instance_count', -1, 'instance_count must not be negative; it is -1'],
  [
    'instance_count',
    301,
    'instance_count must be at most 300 instances (MAX_INSTANCES); it is 301',
  ],
  ['need_invalidate', 'true', 'need_invalidate must be true or false; it is "true"'],
  ['need_invalidate', 1, 'need_invalidate must be true or false; it is 1'],
  ['target_type', 'city', 'target_type must be one of pop, country, region; it is "city"'],
  ['target_type', 7, 'target_type must be one of pop, country, region; it is 7'],
  ['depth', 'deep', 'depth must be one of edge, regional; it is "deep"'],
  ['coverage', [], 'coverage must be one of representative, full; it is a list of 0'],
  ['cf_domain', 'https://www.example.com', 'cf_domain must be a domain name'],
  ['cf_domain', 'a b', 'cf_domain must be a domain name'],
  ['cf_domain', 5, 'cf_domain must be a domain name; it is 5'],
  ['pops', 'ATL56-C1', 'pops must be a list: POP ids such as NRT57-P3; it is "ATL56-C1"'],
  ['pops', ['ATL56-C1', 5], 'pops[1] must be text: POP ids such as NRT57-P3'],
  ['pops', ['NRT57P3'], 'pops[0] is no POP id such as NRT57-P3 (did you mean NRT57-P3'],
  ['header', 'A: b', 'header must be a list of header lines; it is "A: b"'],
  ['header', [{ name: 'A' }], 'header[0] must be "Name: value" or an object with name and value'],
  ['header', ['Host: a.example'], "header[0] must not be Host: a fetch always sends the URL's own"],
  ['header', ['Range: bytes=0-0'], 'must not be Range: a fetch has to get the whole object'],
  [
    'header',
    ['If-None-Match: x'],
    'must not be If-None-Match: a fetch has to get the whole object',
  ],
  ['header', ['Expect: 100-continue'], 'must not be Expect: a fetch is a GET and has no body'],
  ['header', ['TE: trailers'], 'must not be TE: it belongs to the connection'],
  ['pop', [], 'pop is no field: did you mean pops?'],
  ['url_lists', [], 'url_lists is no field: did you mean url_list?'],
  ['headers', [], 'headers is no field: did you mean header?'],
  ['URLs', [], 'URLs is no field: did you mean url_list?'],
  ['timeOut', 5, 'timeOut is no field: did you mean timeout?'],
  ['needInvalidate', true, 'needInvalidate is no field: did you mean need_invalidate?'],
  ['DesiredCapacity', 1, 'DesiredCapacity is no field: did you mean instance_count?'],
])('refuses %s of %j', (field, value, message) => {
  const { problems } = refused({ [field]: value });

  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.kind).toBe('invalid');
});

test.each([null, 5, 'x', [], true])('refuses a body of %j', (json) => {
  expect(parsePrewarmRequest(json, CONTEXT)).toMatchObject({
    ok: false,
    problems: [{ field: 'the body', rule: 'must be a JSON object' }],
  });
});

test('tells all problems at once, and all bad URLs', () => {
  const { problems, errorUrls } = refused({
    url_list: ['https://www.example.com/', 'nonsense', 'https://user:pw@x.example/', 'nonsense'],
    timeout: 'soon',
    instance_count: 1_000,
    target_type: 'country',
    countries: ['jpan'],
    header: ['Host: evil.example'],
    pop: [],
  });

  expect(problems.map(({ field }) => field)).toEqual([
    'pop',
    'timeout',
    'instance_count',
    'header[0]',
    'url_list[1]',
    'url_list[2]',
    'url_list[3]',
    'countries[0]',
  ]);
  expect(errorUrls).toEqual(['nonsense', 'https://user:pw@x.example/']);
});

test('ignores other unknown fields with a warning', () => {
  expect(accepted({ comment: 'launch', customer: 7 }).warnings.join('\n')).toMatch(
    /"comment" is no field[^]*"customer" is no field/,
  );
});

test('ignores the lists of other target types with a warning', () => {
  const { pops, warnings } = accepted({
    target_type: 'Region',
    regions: ['AU'],
    depth: 'regional',
  });

  expect(pops.map(({ id }) => id)).toEqual(['SYD1-C1', 'SYD62-P1']);
  expect(warnings).toEqual(['pops is ignored: target_type is region']);
});

test('drops duplicates and says so', () => {
  const { urls, warnings } = accepted({
    url_list: ['https://a.example/#x', 'https://A.example/', 'https://a.example/b'],
    depth: 'edge',
  });

  expect(urls).toEqual(['https://a.example/', 'https://a.example/b']);
  expect(warnings).toEqual([
    'url_list: 1 entry repeats a URL of the list; each URL is warmed once',
  ]);
});

test('reads both forms of header lines', () => {
  const { headers } = accepted({
    header: ['Authorization: Bearer a:b', { name: 'X-Empty', value: '' }, 'X-Padded:   v  '],
  });

  expect(headers).toEqual([
    { name: 'Authorization', value: 'Bearer a:b' },
    { name: 'X-Empty', value: '' },
    { name: 'X-Padded', value: 'v' },
  ]);
});

test.each([
  'Host: x',
  'connection: close',
  'CONTENT-LENGTH: 5',
  'Transfer-Encoding: chunked',
  'Range: bytes=0-0',
  'If-None-Match: "secret"',
  'If-Anything: secret',
  'Expect: 100-continue',
  'Upgrade: secret',
  'no colon, secret',
  ': secret',
  'X Y: secret',
  'X-A: secret\r\nHost: x',
  'X-A: secret\u0000',
  'X-A: sécret',
])('refuses the header line %j without telling its value', (line) => {
  const { problems } = refused({ header: [line] });

  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).not.toMatch(/s[eé]cret/);
});

test.each<[Record<string, unknown>, string, string]>([
  [{ url_list: urls(50_001) }, 'at most 50000 URLs; it has 50001', 'too_large'],
  [{ pops: pops(1_001) }, 'must have at most 1000 entries', 'invalid'],
  [
    { url_list: urls(3_000), pops: pops(900) },
    '2700000 (3000 URLs × 900 POPs); at most 2000000 are allowed. Split the request: 2222 URLs fit 900 POPs',
    'too_large',
  ],
  [{ header: Array.from({ length: 51 }, () => 'A: b') }, 'must have at most 50 entries', 'invalid'],
  [{ header: [`A: ${'b'.repeat(10_240)}`] }, 'at most 10240 bytes in all', 'invalid'],
])('refuses more than the limits allow (%#)', (overrides, message, kind) => {
  const { problems } = refused(overrides);

  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.kind).toBe(kind);
});

test('refuses to invalidate more paths than allowed, with their price', () => {
  const { problems } = refused(
    { url_list: urls(3_000), need_invalidate: true },
    { maximumInvalidationPaths: 2_000 },
  );

  expect(problems.map(({ message }) => message).join()).toMatch(
    /at most 2000 paths .* these URLs are 3000 paths, which cost about 10\.00 US dollars/,
  );
});

test('refuses a wildcard only where it would be invalidated', () => {
  const url_list = ['https://www.example.com/a*'];

  expect(accepted({ url_list }).urls).toEqual(url_list);
  expect(refused({ url_list, need_invalidate: true }).errorUrls).toEqual(url_list);
});

test('counts problems beyond the first hundred', () => {
  const { problems, errorUrls } = refused({
    url_list: Array.from({ length: 5_000 }, (_, n) => `bad ${n}`),
  });

  expect(problems).toHaveLength(101);
  expect(problems.at(-1)?.message).toBe('the body has 4900 more problems');
  expect(errorUrls).toHaveLength(5_000);
});

function urls(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `https://www.example.com/${index}`);
}

function pops(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `XAA${index % 1_000}-P${Math.floor(index / 1_000)}`,
  );
}
