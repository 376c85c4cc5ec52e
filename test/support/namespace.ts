/** What a test does to the network concerns no other test: `build/test/run.js` gives each file a network of its own. */
import { findProgram } from '../../kernel/programs.ts';

/** Why a test may not flood the network here; undefined where it may. */
export const whyShared: string | undefined =
  process.env.TEST_NAMESPACE === undefined
    ? 'this file has no network namespace of its own: run it with node build/test/run.js'
    : undefined;

/** Why a test may not have packets dropped here; undefined where it may. */
export const whyNoRules: string | undefined =
  whyShared ?? (findProgram('nft') ? undefined : 'nft is missing: apt-get install nftables');
