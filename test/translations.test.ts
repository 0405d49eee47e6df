import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';

/**
 * Everything that people are told is in both languages: it stands in a table whose type demands both, or in a value of
 * the type `Speech`. Here is looked for what went past these.
 */

const src = fileURLToPath(new URL('../../src', import.meta.url));
/** The client library speaks to programs, by the names of its errors. */
const forPrograms = /^client\//;

/** Calls whose arguments people read. What is logged is not among them: operators search logs, in one language. */
const toPeople = /(^|\.)(std(out|err)\.write|console\.\w+|fail|say|complain|write|comment|showHelp)$/;
/** Errors that are shown to people as they are. A plain Error is a bug, and is shown with its stack. */
const shownErrors = /^(StorageError|StartFailure|NoControl|CertificateUnusable|RoomUnavailable|UsageError)$/;

/** Two words in a row are a sentence; a name, a flag, a column of figures or a command is not. */
const sentence = /^(?!\/).*\p{L}{2,},? \p{L}{2,}/su;

/** What programs wait for, in the same words in every language. */
const contract = new Set(['salas listening on ']);

/** The sentences in a source that are told to people in one language only. */
function untranslated(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const told =
      (ts.isCallExpression(node) && toPeople.test(node.expression.getText())) ||
      (ts.isNewExpression(node) && shownErrors.test(node.expression.getText()));
    if (told) for (const argument of (node as ts.CallExpression).arguments ?? []) collect(argument);
    if (isTableEntry(node)) found.push(...halves(node));
    ts.forEachChild(node, visit);
  };
  const collect = (node: ts.Node): void => {
    // A Speech has both; what is looked up or called elsewhere is looked at there.
    if (ts.isPropertyAssignment(node) && /^(en|pt)$/.test(node.name.getText())) return;
    const isText =
      ts.isStringLiteral(node) ||
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node);
    if (isText && sentence.test(node.text) && !contract.has(node.text)) {
      found.push(`${file}: ${node.text}`);
    }
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, collect);
  };
  visit(source);
  return found;
}

function isTableEntry(node: ts.Node): node is ts.ObjectLiteralExpression {
  return (
    ts.isObjectLiteralExpression(node) && node.properties.some(({ name }) => /^(en|pt)$/.test(name?.getText() ?? ''))
  );
}

/** What is wrong with a pair of texts: that one is missing or empty, or that a sentence is the same in both. */
function halves(node: ts.ObjectLiteralExpression): string[] {
  const where = `${node.getSourceFile().fileName}: ${node.getText()}`;
  const of = (language: string) => node.properties.find(({ name }) => name?.getText() === language);
  const [en, pt] = [of('en'), of('pt')];
  if (en === undefined || pt === undefined) return [`${where} is in one language`];
  if (!ts.isPropertyAssignment(en) || !ts.isPropertyAssignment(pt)) return [];
  const texts = [en, pt].map(({ initializer }) => initializer.getText().slice(1, -1));
  if (texts.includes('')) return [`${where} is empty`];
  const literal = ts.isStringLiteral(en.initializer) || ts.isTemplateExpression(en.initializer);
  return literal && texts[0] === texts[1] && sentence.test(texts[0] as string) ? [`${where} is not translated`] : [];
}

t.test('nothing is told to people in one language only', async (t) => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !forPrograms.test(file),
  );
  t.not(files.length, 0);
  t.strictSame(
    files.flatMap((file) => untranslated(file, readFileSync(`${src}/${file}`, 'utf8'))),
    [],
  );
});

t.test('what is in one language is found, in whatever form it comes', async (t) => {
  const found = (source: string) => t.not(untranslated('x.ts', source).length, 0, source);
  found('process.stderr.write("something is wrong");');
  found(`fail(\`cannot listen on \${address}\`);`);
  found('say(words.good + " and very good");');
  found('console.error(bad ? "it is bad" : words.good);');
  found(`throw new StorageError(\`\${file} is not there\`);`);
  found('const said: Speech = { en: "it is bad" };');
  found('const said: Speech = { en: "it is bad", pt: "" };');
  found('const said: Speech = { en: "it is bad", pt: "it is bad" };');
});

t.test('what is in both, and what is for programs, is left alone', async (t) => {
  const fine = (source: string) => t.strictSame(untranslated('x.ts', source), [], source);
  fine(`process.stdout.write(\`salas listening on \${address}\`);`);
  fine('say(words.good);');
  fine(`throw new StorageError({ en: \`\${file} is bad\`, pt: \`\${file} é ruim\` });`);
  fine('log.info("the disk is full");');
  fine('throw new Error("a bug that nobody expects");');
});
