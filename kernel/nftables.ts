/**
 * Rules of nftables, made with libnftables(3), the library that nft(8) is a command line for: starting that
 * program for each change takes longer than all the rest of a scenario.
 */
import koffi from 'koffi';
import { closeCall, errnoName, linux, socketCall } from './libc.ts';

const libraryName = 'libnftables.so.1';
const NFT_CTX_DEFAULT = 0;
const NETLINK_NETFILTER = 12;

/** Why there is no libnftables here, or why it refused, in words for the user. */
export class NftablesError extends Error {
  override readonly name = 'NftablesError';
}

interface Library {
  create(flags: number): unknown;
  free(context: unknown): void;
  keepOutput(context: unknown): number;
  keepErrors(context: unknown): number;
  errorsOf(context: unknown): string | null;
  run(context: unknown, commands: string): number;
}

function loadLibrary(): Library | undefined {
  try {
    const file = koffi.load(libraryName);
    return {
      create: file.func('void *nft_ctx_new(unsigned int flags)'),
      free: file.func('void nft_ctx_free(void *context)'),
      keepOutput: file.func('int nft_ctx_buffer_output(void *context)'),
      keepErrors: file.func('int nft_ctx_buffer_error(void *context)'),
      errorsOf: file.func('const char *nft_ctx_get_error_buffer(void *context)'),
      run: file.func('int nft_run_cmd_from_buffer(void *context, const char *commands)'),
    };
  } catch {
    return undefined;
  }
}

/** Loaded late: few runs need it. */
let library: Library | undefined;
let context: unknown;

/** The library's file name where it is installed, or undefined. */
export function findNftables(): string | undefined {
  library ??= loadLibrary();
  return library && libraryName;
}

/**
 * Opens what changes of rules go through, for the network namespace of this process. It takes a descriptor and
 * keeps it: whoever closes it waits until the kernel has cleared away what was deleted, which takes longer
 * than all changes of a scenario. Idempotent. Throws NftablesError where the library is not installed, or
 * the kernel has no netfilter.
 */
export function openNftables(): void {
  if (context !== undefined) return;
  library ??= loadLibrary();
  if (!library) throw new NftablesError(`${libraryName} is not installed (package nftables)`);
  tryNetlink();
  const created = library.create(NFT_CTX_DEFAULT);
  // Or it would write to the standard output and error of this process.
  if (library.keepOutput(created) !== 0 || library.keepErrors(created) !== 0) {
    library.free(created);
    throw new NftablesError(`${libraryName}: no memory for what it says`);
  }
  context = created;
}

/**
 * Carries out commands in the language of nft(8), all of them or none. They are in force when it returns,
 * mostly within half a millisecond. Throws NftablesError with what the library or the kernel objects to, and
 * as `openNftables` does.
 */
export function changeRules(...commands: string[]): void {
  openNftables();
  if (library?.run(context, `${commands.join('\n')}\n`) === 0) return;
  const words = library?.errorsOf(context)?.trim() || 'it does not say why';
  throw new NftablesError(`nftables refused: ${words}`);
}

/** The library ends the process when it cannot open its socket. */
function tryNetlink(): void {
  const fd = socketCall(linux.AF_NETLINK, linux.SOCK_RAW | linux.SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (fd === -1) throw new NftablesError(`netfilter is not available: ${errnoName()}`);
  closeCall(fd);
}
