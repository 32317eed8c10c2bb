import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Template } from '../../infra/assertions.ts';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);

const policySchema = z.object({
  Properties: z.object({
    PolicyDocument: z.object({
      Statement: z.array(
        z.object({ Effect: z.literal('Allow'), Action: texts, Resource: z.unknown() }),
      ),
    }),
    Roles: z.array(z.object({ Ref: z.string() })),
  }),
});

/** One thing that a role may do. */
export type Permission = { readonly action: string; readonly resource: unknown };

/** What a role may do, by all policies of the template; the role is named by its logical id's start. */
export function permissionsOf(template: Template, rolePrefix: string): readonly Permission[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .map((policy) => policySchema.parse(policy).Properties)
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref.startsWith(rolePrefix)))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) => Action.map((action) => ({ action, resource: Resource })));
}

const SERVICES: Readonly<Record<string, string>> = {
  'client-auto-scaling': 'autoscaling',
  'client-cloudfront': 'cloudfront',
};

const IMPORT = /import\s+(?:type\s+)?\{(?<names>[^}]*)\}\s+from\s+'@aws-sdk\/(?<client>[\w-]+)'/g;
const CALL = /^(?:type\s+)?(?:paginate|waitUntil)?(?<operation>[A-Z]\w*?)(?<suffix>Command)?$/;

/**
 * AWS calls that the product's sources make, as IAM actions: every Command, paginator and waiter
 * that is imported as a value from an AWS client.
 *
 * @throws Error when a source imports a client that this test knows no IAM prefix for.
 */
export function callsOf(root: string, folders: readonly string[]): ReadonlySet<string> {
  const actions = new Set<string>();
  for (const file of folders.flatMap((folder) => sourcesIn(join(root, folder)))) {
    for (const { groups } of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const prefix = SERVICES[groups?.['client'] ?? ''];
      if (prefix === undefined)
        throw new Error(`${file} uses ${groups?.['client']}: name its prefix`);
      for (const name of namesIn(groups?.['names'] ?? '')) {
        const call = CALL.exec(name)?.groups;
        const isCall = call?.['suffix'] !== undefined || /^(?:paginate|waitUntil)/.test(name);
        if (isCall) actions.add(`${prefix}:${call?.['operation']}`);
      }
    }
  }
  return actions;
}

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim().replace(/\s+as\s+.*$/, ''))
    .filter((name) => name !== '' && !name.startsWith('type '));
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}
