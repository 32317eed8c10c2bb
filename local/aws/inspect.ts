import { z } from 'zod';
import { faultSchema, type Faults } from './faults.ts';
import type { EventLog } from './event-log.ts';
import type { LocalGroup } from './group.ts';
import type { Invalidations } from './invalidations.ts';

/** Path of the inspection endpoint, which AWS does not have. */
export const INSPECT_PREFIX = '/inspect/';

/** An answer of the inspection endpoint, sent as JSON. */
export type InspectAnswer = { readonly status: number; readonly body: unknown };

/** What the endpoint shows and changes. */
export type InspectDeps = {
  readonly group: LocalGroup;
  readonly invalidations: Invalidations;
  readonly faults: Faults;
  readonly log: EventLog;
};

const instanceCommandSchema = z.strictObject({
  id: z.string(),
  /** `kill`: the host fails; `interrupt`: Spot takes it back in two minutes. */
  command: z.enum(['kill', 'interrupt']),
});
const SPOT_NOTICE_MS = 120_000;

/**
 * Answers `GET state`, `GET log`, `GET|POST|DELETE faults`, `POST instances`.
 *
 * @throws z.ZodError for a body of another form.
 */
export function inspect(
  call: { readonly method: string; readonly path: string; readonly body: string },
  deps: InspectDeps,
): InspectAnswer {
  switch (`${call.method} ${call.path.slice(INSPECT_PREFIX.length)}`) {
    case 'GET state':
      return { status: 200, body: state(deps) };
    case 'GET log':
      return { status: 200, body: deps.log.list() };
    case 'GET faults':
      return { status: 200, body: deps.faults.list() };
    case 'POST faults':
      deps.faults.add(faultSchema.parse(JSON.parse(call.body)));
      return { status: 201, body: deps.faults.list() };
    case 'DELETE faults':
      deps.faults.clear();
      return { status: 200, body: [] };
    case 'POST instances':
      return commandInstance(instanceCommandSchema.parse(JSON.parse(call.body)), deps.group);
    default:
      return { status: 404, body: { error: 'No such call' } };
  }
}

function state({ group, invalidations }: InspectDeps): object {
  return {
    group: {
      ...group.settings,
      desired: group.desired(),
      instances: group.instances().map(({ id, state: lifecycleState, launchedAtMs }) => ({
        id,
        lifecycleState,
        launchedAtMs,
      })),
      activities: group.activities.list(),
    },
    invalidations: invalidations.list(),
  };
}

function commandInstance(
  { id, command }: z.output<typeof instanceCommandSchema>,
  group: LocalGroup,
): InspectAnswer {
  const instance = group.find(id);
  if (instance === undefined) return { status: 404, body: { error: `No instance ${id}` } };
  if (command === 'kill') group.kill(id);
  else instance.spotInterruptionAtMs = Date.now() + SPOT_NOTICE_MS;
  return { status: 200, body: { id, command } };
}
