/** What did not pass in a scenario, flattened for reading from top to bottom. */
import type {
  ExecutionResult,
  Judgement,
  ReceiptResult,
  ScenarioResult,
  Verdict,
} from '../harness/result.ts';
import { foundText, isForetold, promisedText, receiptPlace } from './words.ts';

/** One judgement or receipt that did not pass. Empty strings are not shown. */
export interface Trouble {
  verdict: Verdict;
  /** The rule's name, or `receipt`. */
  rule: string;
  title: string;
  execution: ExecutionResult['name'];
  client: string;
  expected: string;
  actual: string;
  where: string;
  next: string;
}

type From = Pick<Trouble, 'execution' | 'client'>;

function ofJudgement(judgement: Judgement, from: From): Trouble {
  return { ...judgement, ...from };
}

function ofReceipt(receipt: ReceiptResult, from: From): Trouble {
  return {
    ...from,
    verdict: receipt.verdict,
    rule: 'receipt',
    title: receipt.step,
    expected: promisedText(receipt),
    actual: foundText(receipt),
    where: receiptPlace(receipt),
    next: '',
  };
}

export function troublesOf(scenario: ScenarioResult): Trouble[] {
  return scenario.executions
    .filter((execution) => !isForetold(execution))
    .flatMap((execution) => {
      const from = { execution: execution.name, client: execution.client };
      return [
        ...execution.receipts.map((receipt) => ofReceipt(receipt, from)),
        ...execution.judgements.map((judgement) => ofJudgement(judgement, from)),
      ];
    })
    .filter(({ verdict }) => verdict !== 'pass');
}
