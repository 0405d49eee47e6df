import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { filesWith } from '../support/files.js';
import { LineClient } from '../support/line-client.js';
import { newDirectory } from '../support/new-directory.js';
import { enter, enterInText } from '../support/visitors.js';

const room = 'sala1';
const publicText = 'what-all-may-read';
const privateText = 'what-only-bia-may-read';
const password = 'what-nobody-may-read';

t.test("tokens and passwords are nowhere on disk, and neither they nor anybody's words are in the logs", async (t) => {
  const data = join(newDirectory(t), 'data');
  // A log that says all that it can say.
  const daemon = await startDaemon(t, { data, args: ['--log-level', 'trace'] });
  const ana = await enter(t, daemon, 'ana', room);
  const bia = await enterInText(t, daemon, 'bia', room);
  const caio = await enter(t, daemon, 'caio', room);
  await caio.client.call('account.create', { password });
  const login = await (await LineClient.connect(t, daemon)).call('account.login', { userId: caio.userId, password });
  const tokens = [ana, bia, caio, login].map(({ token }) => token);
  for (const token of tokens) t.equal(Buffer.from(token, 'hex').length, 16, 'a token has 128 bits');
  t.equal(new Set(tokens).size, tokens.length, 'and everybody has another');

  await ana.client.call('room.send', { room, text: publicText });
  await ana.client.call('private.send', { room, to: bia.userId, text: privateText });
  await bia.client.say(`/msg ${ana.userId} ${privateText}`);
  for (const { client, token } of [ana, caio]) {
    client.destroy();
    await (await LineClient.connect(t, daemon)).call('user.resume', { token });
  }
  const caioAgain = await LineClient.connect(t, daemon);
  await caioAgain.call('user.resume', { token: login.token });
  const change = { password, newPassword: `${password}, either` };
  await (await LineClient.connect(t, daemon)).refusal('account.login', { userId: 'ana#9', password });
  await bia.client.say(`/account create ${password}`);
  // Whatever may be tempted to say what it was given.
  const clumsy = await LineClient.connect(t, daemon);
  for (const method of ['user.resume', 'user.register', 'user.quit', ana.token]) {
    await clumsy.refusal(method, { token: ana.token, name: ana.token, text: privateText });
  }
  for (const line of [
    `/account ${password}`,
    `/login ${password}`,
    `/lgoin ${caio.userId} ${password}`,
    `/resume ${ana.token}x`,
    `/${ana.token}`,
    ana.token,
    `/resume ${ana.token} x@y`,
  ]) {
    t.match(await clumsy.say(line), /^-/);
  }
  clumsy.send(`{"token":"${ana.token}"`, `{"jsonrpc":"2.0","method":"ping","id":1,"params":{"data":"${ana.token}`);
  clumsy.send(`/msg ${ana.token}${'x'.repeat(20_000)}`);
  clumsy.sendBytes(Buffer.concat([Buffer.from(ana.token), Buffer.from([0xff, 0x0a])]));
  await clumsy.nextReply(null);

  await caioAgain.call('account.change_password', change);

  const forms = tokens.flatMap((token) => {
    const bytes = Buffer.from(token, 'hex');
    return [
      Buffer.from(token),
      Buffer.from(password),
      bytes,
      Buffer.from(bytes.toString('hex')),
      Buffer.from(bytes.toString('base64')),
    ];
  });
  const filesWithTokens = () => forms.flatMap((form) => filesWith(data, form));
  t.strictSame(filesWithTokens(), [], 'no file has a token in it while the daemon runs');
  t.not(filesWith(data, Buffer.from(privateText)).length, 0, 'though what was sent is found there by the same search');
  await daemon.kill();
  t.strictSame(filesWithTokens(), [], 'nor after it was killed');
  const next = await startDaemon(t, { data });
  await (await LineClient.connect(t, next)).call('user.resume', { token: ana.token });
  await next.stop();
  t.strictSame(filesWithTokens(), [], 'nor after it ended in good order');

  for (const secret of [...tokens, password, publicText, privateText]) {
    for (const { log } of [daemon, next]) t.notOk(log().includes(secret), 'the log does not tell it');
  }
  t.match(next.log(), /listening/, 'though there is a log');
  t.equal(statSync(data).mode & 0o077, 0, 'nobody else on this machine may look into the data directory');
});
