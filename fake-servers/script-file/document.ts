/** A script as YAML or JSON: a document whose parts know their line and column. */
import {
  CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { z } from 'zod';
import type { Drafted, Item } from './draft.ts';
import { faultsOf, valueAt } from './issues.ts';
import { type Fault, type FaultAt, type Place, type Problem, placeOf } from './problem.ts';

/** Far more than a script has. The parser is recursive: what is nested too deeply ends the process. */
const depthMax = 20;
const indentMax = 200;
const anchorsMax = 100;
/** Of one anchor: an alias of aliases would otherwise grow without bound. */
const aliasesMax = 100;

const example = 'connections:\\n  - - answer 1 request\\n    - close';
const shape = z.strictObject({
  listener: z.array(z.unknown()).optional(),
  connections: z.array(z.array(z.unknown())).min(1),
});

export function draftOfDocument(file: string, text: string): Drafted {
  const tooMuch = excess(text);
  if (tooMuch) return { problems: [{ file, ...placeOf(text, tooMuch.offset), ...tooMuch.fault }] };

  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // Duplicate keys are looked for here: the parser compares each key with each other one.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong) return { problems: [{ file, ...at(wrong.pos[0]), ...malformed(wrong.message) }] };

  const targets = aliasTargets(document);
  const locate = (path: readonly PropertyKey[], where: 'key' | 'value') =>
    at(offsetOf(document.contents, path, where, targets));
  const toProblem = ({ path, at: where, ...fault }: FaultAt): Problem => ({
    file,
    ...locate(path, where),
    ...fault,
  });
  const ofNodes = [...duplicates(document), ...unresolved(document, targets)];
  if (ofNodes.length > 0) {
    return { problems: ofNodes.map(({ offset, fault }) => ({ file, ...at(offset), ...fault })) };
  }
  const value = plainValueOf(document);
  if (value === tooManyAliases) {
    return { problems: [{ file, line: 1, column: 1, ...bomb }] };
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) return { problems: shapeFaults(parsed.error, value).map(toProblem) };

  const item = (...path: PropertyKey[]): Item => ({
    value: valueAt(value, path),
    locate: (inner, where) => locate([...path, ...inner], where),
  });
  const { listener = [], connections } = parsed.data;
  return {
    draft: {
      listener: listener.map((_, index) => item('listener', index)),
      connections: connections.map((steps, ordinal) =>
        steps.map((_, index) => item('connections', ordinal, index)),
      ),
    },
  };
}

function shapeFaults(error: z.ZodError, value: unknown): FaultAt[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = value === null ? 'the script is empty' : 'the script is no object';
    const expected = 'an object with "connections", and "listener" if it needs one';
    return [{ path: [], at: 'value', message, expected, next: `begin with "${example}"` }];
  }
  // What is missing is what was misspelled, more often than not.
  const unknown = error.issues.filter(({ code }) => code === 'unrecognized_keys');
  const issues = unknown.length > 0 ? unknown : error.issues;
  return faultsOf(issues, value, Object.keys(shape.shape)).map((fault) =>
    fault.expected === 'a list' ? { ...fault, next: `write a list, as in "${example}"` } : fault,
  );
}

function malformed(message: string): Fault {
  return {
    message: `this is no YAML: ${message}`,
    expected: 'YAML 1.2, or JSON',
    next: 'correct it here; a text with : or # in it needs quotes around it',
  };
}

const bomb: Fault = {
  message: 'its aliases stand for too much',
  expected: `an anchor that is used at most ${aliasesMax} times`,
  next: 'write out what the aliases stand for; the last connection repeats of itself',
};

interface Found {
  offset: number;
  fault: Fault;
}

/** What the parser must not be given, found without recursion. */
function excess(text: string): Found | undefined {
  const depths: Depths = { flow: 0, indicators: 0, anchors: 0, isLineStart: true };
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    const fault = weigh(depths, token);
    if (fault) return { offset: Math.min(offset, text.length), fault };
    // The lexer's own marks are no part of the text.
    if (!['\u{feff}', '\u0002', '\u0018', '\u001f'].includes(token)) offset += token.length;
  }
  return undefined;
}

interface Depths {
  flow: number;
  /** Of block collections that begin on one line. */
  indicators: number;
  anchors: number;
  isLineStart: boolean;
}

const tooDeep: Fault = {
  message: 'this is nested too deeply',
  expected: 'a list of connections, each a list of steps',
  next: `begin with "${example}"`,
};

function weigh(depths: Depths, token: string): Fault | undefined {
  const wasLineStart = depths.isLineStart;
  depths.isLineStart = false;
  switch (CST.tokenType(token)) {
    case 'newline':
      depths.indicators = 0;
      depths.isLineStart = true;
      return undefined;
    case 'flow-seq-start':
    case 'flow-map-start':
      depths.flow += 1;
      return depths.flow > depthMax ? tooDeep : undefined;
    case 'flow-seq-end':
    case 'flow-map-end':
      depths.flow -= 1;
      return depths.flow < 0 ? malformed(`"${token}" closes nothing`) : undefined;
    case 'seq-item-ind':
    case 'explicit-key-ind':
    case 'map-value-ind':
      if (depths.flow === 0) depths.indicators += 1;
      return depths.indicators > depthMax ? tooDeep : undefined;
    case 'space':
      return wasLineStart && depths.flow === 0 && token.length > indentMax ? tooDeep : undefined;
    case 'anchor':
      depths.anchors += 1;
      return depths.anchors > anchorsMax ? tooManyAnchors : undefined;
    default:
      return undefined;
  }
}

const tooManyAnchors: Fault = {
  message: 'there are too many anchors',
  expected: `at most ${anchorsMax} anchors`,
  next: 'write out what the aliases stand for',
};

const tooManyAliases = Symbol('too many aliases');

function plainValueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasesMax });
  } catch (error) {
    // What else it throws for was looked for before.
    if (error instanceof ReferenceError) return tooManyAliases;
    throw error;
  }
}

/** What each alias stands for: the last node with its name before it. */
function aliasTargets(document: Document): Map<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if ('anchor' in node && node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function unresolved(document: Document, targets: ReadonlyMap<Node, Node>): Found[] {
  const found: Found[] = [];
  visit(document, {
    Alias(_, alias) {
      const target = targets.get(alias);
      const isInside = target && startOf(alias) < (target.range?.[1] ?? 0);
      if (target && !isInside) return;
      const message = isInside
        ? `the alias *${alias.source} is a part of what it stands for`
        : `the alias *${alias.source} has no anchor before it`;
      const expected = `what &${alias.source} names, whole and before it`;
      const next = 'write out what the alias stands for';
      found.push({ offset: startOf(alias), fault: { message, expected, next } });
    },
  });
  return found;
}

function duplicates(document: Document): Found[] {
  const found: Found[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = keyName(key);
        if (seen.has(name) && isNode(key)) {
          const message = `the key "${name}" is here a second time`;
          const fault = { message, expected: 'each key once', next: 'take one of them away' };
          found.push({ offset: startOf(key), fault });
        }
        seen.add(name);
      }
    },
  });
  return found;
}

const keyName = (key: unknown) => String(isScalar(key) ? key.value : key);
const startOf = (node: Node) => node.range?.[0] ?? 0;

/** Of the innermost part of the path that is there. */
function offsetOf(
  root: unknown,
  path: readonly PropertyKey[],
  where: 'key' | 'value',
  targets: ReadonlyMap<Node, Node>,
): number {
  let offset = isNode(root) ? startOf(root) : 0;
  let node: unknown = root;
  for (const [index, key] of path.entries()) {
    const inside = isNode(node) ? (targets.get(node) ?? node) : node;
    const pair = isMap(inside) ? pairOf(inside.items, key) : undefined;
    node = isSeq(inside) ? inside.items[Number(key)] : pair?.value;
    const isWanted = where === 'key' && index === path.length - 1;
    const there = isWanted ? pair?.key : node;
    if (!isNode(there)) return offset;
    offset = startOf(there);
  }
  return offset;
}

function pairOf(items: readonly Pair[], key: PropertyKey): Pair | undefined {
  return items.find((pair) => keyName(pair.key) === String(key));
}
