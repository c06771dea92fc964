import { z } from 'zod';
import { StartFault } from '../domain/start-fault.ts';

const SETTINGS = z.object({
  MODEL_SERVICE_HOST: z.string().min(1).default('127.0.0.1'),
  /** 0 takes a free port; the ready line names it. */
  MODEL_SERVICE_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Journal and rendered files. Must outlive the process for predictions to survive a restart. */
  MODEL_SERVICE_HOME: z.string().min(1).default('.holdfast/model-service'),
  MODEL_SERVICE_MODE: z.enum(['render', 'instant']).default('render'),
  MODEL_SERVICE_INSTANT_MS: z.coerce.number().int().min(0).max(3_600_000).default(0),
  MODEL_SERVICE_LINK_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600),
  /** The bearer token that callers have to send; unset: none. */
  MODEL_SERVICE_API_KEY: z.string().min(1).optional(),
  /** Webhooks are signed with it (Standard Webhooks: whsec_ and base64); unset or empty: they are not. */
  MODEL_SERVICE_WEBHOOK_SECRET: z
    .string()
    .regex(/^(whsec_[A-Za-z0-9+/]+={0,2})?$/)
    .optional(),
});

type Settings = {
  readonly host: string;
  readonly port: number;
  readonly home: string;
  readonly mode: 'render' | 'instant';
  readonly instantMs: number;
  readonly linkSeconds: number;
  readonly apiKey: string | null;
  readonly webhookSecret: string | null;
};

/** Reads the service's settings. Throws StartFault with every variable at fault. */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const { success, data: parsed, error } = SETTINGS.safeParse(environment);
  if (!success) {
    const faults = error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new StartFault(['The configuration is not valid:', ...faults].join('\n'));
  }
  return {
    host: parsed.MODEL_SERVICE_HOST,
    port: parsed.MODEL_SERVICE_PORT,
    home: parsed.MODEL_SERVICE_HOME,
    mode: parsed.MODEL_SERVICE_MODE,
    instantMs: parsed.MODEL_SERVICE_INSTANT_MS,
    linkSeconds: parsed.MODEL_SERVICE_LINK_SECONDS,
    apiKey: parsed.MODEL_SERVICE_API_KEY ?? null,
    webhookSecret: parsed.MODEL_SERVICE_WEBHOOK_SECRET || null,
  };
}
