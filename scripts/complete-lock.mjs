/**
 * usage: node scripts/complete-lock.mjs [--check]
 *
 * Run it after `npm install` has changed package-lock.json. npm leaves out what its registry does
 * not offer, and a mirror may lack the prebuilt programs of other platforms; `npm ci` then refuses
 * the lock file everywhere. This adds the entries that are missing: which version is asked for and
 * which platform it is for, so that no other platform fetches it. With --check it changes nothing
 * and exits 1 if something is missing or an entry names the registry it came from.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const platform =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(\w+))?$/;

/** The optional packages that an entry asks for and the lock file does not have. */
function missingFor([place, entry]) {
  return Object.entries(entry.optionalDependencies ?? {}).filter(
    ([name]) =>
      !(`${place}/node_modules/${name}` in lock.packages) &&
      !(`node_modules/${name}` in lock.packages),
  );
}

function entryFor(name, version, dev) {
  const [, os, cpu, variant = ''] = platform.exec(name) ?? [];
  if (os === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(
      `${file}: ${name}@${version} is missing, and its name does not say which platform it is for. Run npm install with a registry that has it.`,
    );
  }
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(os === 'linux' ? { libc: [variant.startsWith('musl') ? 'musl' : 'glibc'] } : {}),
    optional: true,
    os: [os],
  };
}

const missing = Object.entries(lock.packages).flatMap((locked) =>
  missingFor(locked).map(([name, version]) => [name, entryFor(name, version, locked[1].dev)]),
);
const registries = Object.entries(lock.packages).filter(([, { resolved }]) => resolved);

if (process.argv.includes('--check')) {
  for (const [name, { version }] of missing) console.error(`${file} lacks ${name}@${version}`);
  for (const [place, { resolved }] of registries) console.error(`${place} names ${resolved}`);
  if (missing.length > 0) console.error('next: node scripts/complete-lock.mjs');
  if (registries.length > 0) console.error('next: npm install --omit-lockfile-registry-resolved');
  process.exitCode = missing.length + registries.length === 0 ? 0 : 1;
} else if (missing.length > 0) {
  for (const [name, entry] of missing) lock.packages[`node_modules/${name}`] = entry;
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
  );
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${file}: added ${missing.length} optional packages of other platforms`);
}
