import { useEffect, useState } from 'preact/hooks';
import { tabStorage } from '../../shared/data/tab-storage.ts';

/** A thing that was viewed. Only this tab keeps it, by id and a label of its kind, without any text of a customer. */
type Recent = { readonly type: string; readonly id: string; readonly label: string };

const KEY = 'holdfast-support-recent';
const MAX_KEPT = 12;

function readRecent(): readonly Recent[] {
  try {
    const kept: unknown = JSON.parse(tabStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isRecent) : [];
  } catch {
    return [];
  }
}

/** Stores what is viewed; null: it has not been read yet. */
export function useRecent(one: Recent | null): void {
  const name = one === null ? '' : `${one.id} ${one.label}`;
  useEffect(() => {
    if (one === null) return;
    const others = readRecent().filter(({ id }) => id !== one.id);
    tabStorage.setItem(KEY, JSON.stringify([one, ...others].slice(0, MAX_KEPT)));
  }, [name]);
}

/** The things viewed in this tab, latest first. */
export function useRecentList(): readonly Recent[] {
  return useState(readRecent)[0];
}

function isRecent(value: unknown): value is Recent {
  if (typeof value !== 'object' || value === null) return false;
  return 'type' in value && 'id' in value && 'label' in value && typeof value.id === 'string';
}
