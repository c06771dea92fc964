import { useEffect, useState } from 'preact/hooks';

/** What was looked at: kept by this tab alone, by its id and a name of its kind, never with what a customer wrote. */
export type Recent = { readonly type: string; readonly id: string; readonly label: string };

const KEY = 'holdfast-support-recent';
const MAX_KEPT = 12;

function readRecent(): readonly Recent[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isRecent) : [];
  } catch {
    return [];
  }
}

/** Notes what is shown; null: it has not come yet. */
export function useRecent(one: Recent | null): void {
  const name = one === null ? '' : `${one.id} ${one.label}`;
  useEffect(() => {
    if (one === null) return;
    const others = readRecent().filter(({ id }) => id !== one.id);
    sessionStorage.setItem(KEY, JSON.stringify([one, ...others].slice(0, MAX_KEPT)));
  }, [name]);
}

/** What was looked at in this tab, the last first. */
export function useRecentList(): readonly Recent[] {
  return useState(readRecent)[0];
}

function isRecent(value: unknown): value is Recent {
  if (typeof value !== 'object' || value === null) return false;
  return 'type' in value && 'id' in value && 'label' in value && typeof value.id === 'string';
}
