/** What a word of the command line that is no file may mean. Pure. */

interface Placed {
  /** Relative to the root of its set. */
  path: string;
  /** Of its evidence, relative to the run's folder. */
  folder: string;
}

/** The scenarios with this title, path or folder; without one, those with it as a part of title or path. */
export function scenariosNamed<S extends Placed>(
  name: string,
  all: readonly S[],
  titleOf: (scenario: S) => string,
): S[] {
  const exact = all.filter(
    (one) => titleOf(one) === name || one.path === name || one.folder === name,
  );
  if (exact.length > 0) return exact;
  const part = name.toLowerCase();
  return all.filter(
    // Paths may be typed as they are in a checkout, from anywhere.
    (one) => titleOf(one).toLowerCase().includes(part) || `scenarios/${one.path}`.includes(name),
  );
}
