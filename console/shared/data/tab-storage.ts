/** The part of a storage that the pages use. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What the browser did not store. */
const unstored = new Map<string, string>();

/**
 * The tab's session storage. A browser may refuse it (all cookies are blocked, a sandboxed frame) or be out of space:
 * then the text stays in this page's memory, and is lost at a reload.
 */
export const tabStorage: TabStorage = {
  getItem: (name) => unstored.get(name) ?? orNull(() => sessionStorage.getItem(name)),
  setItem(name, text) {
    unstored.set(name, text);
    orNull(() => {
      sessionStorage.setItem(name, text);
      unstored.delete(name);
    });
  },
  removeItem(name) {
    unstored.delete(name);
    orNull(() => sessionStorage.removeItem(name));
  },
};

function orNull<Result>(use: () => Result): Result | null {
  try {
    return use();
  } catch {
    return null;
  }
}
