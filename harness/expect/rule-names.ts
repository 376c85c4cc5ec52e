/** The rules that are checked in every scenario, by the names under which reports show them. */
export const ruleNames = [
  'every-request-settles',
  'answers-belong',
  'writes-execute-once',
  'one-failure-per-dead-connection',
  'dead-connections-stay-out',
  'retries-are-bounded',
  'nothing-leaks',
] as const;
export type RuleName = (typeof ruleNames)[number];
