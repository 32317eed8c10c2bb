import { findFreePorts, isPortFree, nextFreePort } from './free-ports.ts';
import { PORT_OPTIONS, type ProductPorts } from './start-options.ts';
import { UserError } from './user-error.ts';

const PORT_NAMES = ['api', 'temporal', 'ui'] as const;

/** Thrown when ports are taken by others; the message ends with the command that avoids them. */
export class PortsTakenError extends UserError {
  override readonly name = 'PortsTakenError';
}

/**
 * Turns each port 0 into a free one, and makes sure that the others can be listened on.
 *
 * @param needed only these are looked at: a Temporal server of the user's own has its own ports.
 * @throws PortsTakenError that names every taken port, its purpose and the way round.
 */
export async function choosePorts(
  asked: ProductPorts,
  needed: readonly (keyof ProductPorts)[] = PORT_NAMES,
): Promise<ProductPorts> {
  const free = await findFreePorts(PORT_NAMES.length);
  const ports = { ...asked };
  for (const [place, name] of PORT_NAMES.entries()) {
    if (ports[name] === 0) ports[name] = free[place] ?? 0;
  }
  const taken: (keyof ProductPorts)[] = [];
  for (const name of needed) if (!(await isPortFree(ports[name]))) taken.push(name);
  if (taken.length === 0) return ports;

  const suggested = { ...ports };
  for (const name of taken) {
    suggested[name] = await nextFreePort(ports[name], Object.values(suggested));
  }
  const lines = taken.map(
    (name) =>
      `Port ${ports[name]}, for ${PORT_OPTIONS[name].purpose}, is taken by another program.`,
  );
  const way = taken.map((name) => `${PORT_OPTIONS[name].option} ${suggested[name]}`).join(' ');
  throw new PortsTakenError(`${lines.join('\n')}\nChoose another: npm start -- ${way}`);
}
