import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createApp } from '../../infra/app.ts';
import { Template } from '../../infra/assertions.ts';

const templateSchema = z.record(z.string(), z.unknown());

/** Both stacks, as CloudFormation would get them. */
export type Synthesised = { readonly main: Template; readonly secrets: Template };

/** Synthesises the app without credentials, account or region; leaves nothing behind. */
export function synthesise(context: Readonly<Record<string, string>> = {}): Synthesised {
  const outdir = mkdtempSync(join(tmpdir(), 'prewarm-cdk-'));
  try {
    const { stacks } = createApp({ context, outdir }).synth();
    const templateOf = (name: string): Template => {
      const stack = stacks.find(({ stackName }) => stackName === name);
      if (stack === undefined) throw new Error(`No stack ${name}`);
      return Template.fromJSON(templateSchema.parse(stack.template));
    };
    const name = context['name'] ?? 'prewarm';
    return { main: templateOf(name), secrets: templateOf(`${name}-secrets`) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Plain text of a template's value: what CloudFormation joins, with references as `<LogicalId>`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  for (const [name, argument] of Object.entries(value)) {
    if (name === 'Ref') return `<${textOf(argument)}>`;
    if (name === 'Fn::Join' && Array.isArray(argument)) return textOf(argument[1]);
    if (name === 'Fn::Base64') return textOf(argument);
    if (name === 'Fn::Sub') return textOf(argument).replaceAll('${', '<').replaceAll('}', '>');
    if (name === 'Fn::ImportValue') return 'imported';
    if (name === 'Fn::GetAtt' && Array.isArray(argument)) return `<${argument.join('.')}>`;
  }
  throw new Error(`Unknown function in ${JSON.stringify(value)}`);
}
