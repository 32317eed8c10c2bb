import type { Door } from './door.ts';
import { parseHeaderLines } from './header-lines.ts';
import type { PrewarmInput } from './prewarm.ts';
import { prewarmRequestSchema } from './request-schema.ts';
import { expandTargets } from './targets.ts';
import type { ExpandedTargets, TargetType } from './targets.ts';
import { normaliseUrl } from './urls.ts';

const MS_PER_MINUTE = 60_000;
const DEFAULT_TIMEOUT_MINUTES = 30;
const DEFAULT_INSTANCES = 1;

const TARGET_TYPES = ['pop', 'country', 'region'] as const;
const LIST_OF_TYPE = { pop: 'pops', country: 'countries', region: 'regions' } as const;
const UNKNOWN_RULE = {
  pop: 'is no POP id such as NRT57-P3',
  country: 'is no known country',
  region: 'is no known region',
} as const;
const { shape } = prewarmRequestSchema;

/** The fields of a request that are neither URLs nor targets. */
export type RequestSettings = Pick<
  PrewarmInput,
  'timeoutMs' | 'instanceCount' | 'needInvalidate' | 'depth' | 'headers' | 'cfDomain'
>;

/** Reads the settings of a request; what is wrong with them goes to the door's problems. */
export function readSettings(door: Door, maximumInstances: number): RequestSettings {
  const timeoutMinutes = door.readOr('timeout', shape.timeout, DEFAULT_TIMEOUT_MINUTES);
  const instanceCount = door.readOr('instance_count', shape.instance_count, DEFAULT_INSTANCES);
  if (instanceCount > maximumInstances) {
    const rule = `must be at most ${maximumInstances} instances (MAX_INSTANCES)`;
    door.refuse('instance_count', rule, instanceCount);
  }
  const { headers, problems } = parseHeaderLines(door.read('header', shape.header) ?? []);
  door.problems.push(...problems);
  const cfDomain = readDomain(door);
  return {
    timeoutMs: Math.max(1, Math.round(timeoutMinutes * MS_PER_MINUTE)),
    instanceCount,
    needInvalidate: door.read('need_invalidate', shape.need_invalidate) ?? false,
    depth: readDepth(door),
    headers,
    ...(cfDomain === undefined ? {} : { cfDomain }),
  };
}

/** Reads which POPs a request means; unknown names go to the door's problems. */
export function readTargets(door: Door, dnsSuffix: string): ExpandedTargets {
  const lists = {
    pop: door.read('pops', shape.pops) ?? [],
    country: door.read('countries', shape.countries) ?? [],
    region: door.read('regions', shape.regions) ?? [],
  };
  const targetType = readTargetType(door, lists);
  for (const other of TARGET_TYPES) {
    if (other === targetType || lists[other].length === 0) continue;
    door.warnings.push(`${LIST_OF_TYPE[other]} is ignored: target_type is ${targetType}`);
  }
  const coverage = door.readWord('coverage', shape.coverage) ?? 'representative';
  if (coverage === 'full' && targetType === 'pop') {
    door.warnings.push('coverage is ignored: it counts for countries and regions only');
  }
  const names = lists[targetType];
  const targets = expandTargets({ targetType, names, coverage, dnsSuffix });
  refuseUnknown(door, targetType, targets);
  door.warnings.push(...targets.warnings);
  return targets;
}

/**
 * The target type; where it is missing, null or empty, that of the one list that names targets.
 *
 * The default would warm other POPs than those that a lone list asks for. Of several lists none can
 * be chosen: that is a problem of `target_type`.
 */
function readTargetType(
  door: Door,
  lists: Readonly<Record<TargetType, readonly string[]>>,
): TargetType {
  const written = door.raw('target_type') ?? '';
  if (typeof written !== 'string' || written.trim() !== '') {
    return door.readWord('target_type', shape.target_type) ?? 'pop';
  }
  const given = TARGET_TYPES.filter((targetType) => lists[targetType].length > 0);
  const [first = 'pop'] = given;
  if (given.length > 1) {
    const names = given.map((targetType) => LIST_OF_TYPE[targetType]).join(' and ');
    const rule = `is missing: it must say which of ${names} counts (${given.join(' or ')})`;
    door.refuse('target_type', rule);
  } else if (first !== 'pop') {
    const list = LIST_OF_TYPE[first];
    door.warnings.push(`target_type is missing; ${first} is used, since ${list} is given`);
  }
  return first;
}

function refuseUnknown(door: Door, targetType: TargetType, { unknown }: ExpandedTargets): void {
  for (const { index, value, nearest } of unknown) {
    const meant =
      nearest.length === 0 ? 'GET /targets lists them' : `did you mean ${nearest.join(', ')}?`;
    const rule = `${UNKNOWN_RULE[targetType]} (${meant})`;
    door.refuse(`${LIST_OF_TYPE[targetType]}[${index}]`, rule, value);
  }
}

function readDepth(door: Door): PrewarmInput['depth'] {
  const depth = door.readWord('depth', shape.depth);
  if (depth === undefined && door.raw('depth') === undefined) {
    door.warnings.push(
      'depth is edge: each object is fetched at least twice through each POP, since the first fetch fills only the regional edge cache; depth regional fetches once',
    );
  }
  return depth ?? 'edge';
}

function readDomain(door: Door): string | undefined {
  const written = door.read('cf_domain', shape.cf_domain)?.trim() ?? '';
  if (written === '') return undefined;
  const parsed = normaliseUrl(`https://${written}/`);
  if (parsed.ok && parsed.url === `https://${parsed.host}/`) return parsed.host;
  const rule = 'must be a domain name such as d111111abcdef8.cloudfront.net or www.example.com';
  door.refuse('cf_domain', rule, written);
  return undefined;
}
