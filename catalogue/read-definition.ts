import { z } from 'zod';
import { messageOf } from '../domain/message-of.ts';
import type { CatalogueFault } from './catalogue-error.ts';

/** No catalogue nests deeper: this ends circles and getters that make ever more. */
const MAX_DEPTH = 50;

type ReadDefinition = { readonly value: unknown; readonly faults: readonly CatalogueFault[] };

/**
 * Copies a definition as plain data: each value is read once, and later changes by the file have no effect. Schemas and
 * functions are kept; so is any other value, which the checks of its place refuse. Never throws.
 */
export function readDefinition(definition: unknown): ReadDefinition {
  const faults: CatalogueFault[] = [];
  return { value: copyOf(definition, '', []), faults };

  function copyOf(value: unknown, path: string, around: readonly unknown[]): unknown {
    if (!isPlain(value)) return value;
    const fault = faultOfNesting(value, around);
    if (fault !== null) {
      faults.push({ path, fault });
      return undefined;
    }
    const within = [...around, value];
    if (Array.isArray(value)) {
      return Array.from(value, (_, index) => copyOf(readAt(value, index, path), stepTo(path, index), within));
    }
    const entries = Object.keys(value).flatMap((key) => {
      if (key === '__proto__') {
        faults.push({ path: stepTo(path, key), fault: 'nothing may have this name' });
        return [];
      }
      return [[key, copyOf(readAt(value, key, path), stepTo(path, key), within)] as const];
    });
    return Object.fromEntries(entries);
  }

  function readAt(value: object, key: string | number, path: string): unknown {
    try {
      return (value as Readonly<Record<string | number, unknown>>)[key];
    } catch (error) {
      faults.push({ path: stepTo(path, key), fault: `it cannot be read: ${messageOf(error)}` });
      return undefined;
    }
  }
}

function faultOfNesting(value: object, around: readonly unknown[]): string | null {
  if (around.includes(value)) return 'it contains itself';
  return around.length < MAX_DEPTH ? null : `nested deeper than ${String(MAX_DEPTH)} levels`;
}

/** The path of a step: `models` and 0 to `models[0]`. */
export function stepTo(path: string, step: PropertyKey): string {
  if (typeof step === 'number') return `${path}[${String(step)}]`;
  return path === '' ? String(step) : `${path}.${String(step)}`;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || value instanceof z.ZodType) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
