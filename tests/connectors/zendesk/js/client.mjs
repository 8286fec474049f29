// SPDX-License-Identifier: GPL-3.0-or-later
// Runs node-zendesk against a sandbox and prints the name of each step that held.
// Argument: the JSON line of `hub sandbox zendesk`.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createHmac } from "node:crypto";
import zendesk from "node-zendesk";

const { base_url: base, credentials, records } = JSON.parse(process.argv[2]);
const endpointUri = `${base}/api/v2`;
const client = zendesk.createClient({
  username: credentials.email,
  token: credentials.api_token,
  endpointUri,
});
const person = Number(records.consented.id);

const steps = {
  async "signs in with an API token"() {
    const { result } = await client.users.me();
    assert.equal(result.email, credentials.email);
    assert.equal(result.role, "admin");
  },
  async "signs in with an OAuth token"() {
    const answer = await fetch(`${base}/oauth/tokens`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: credentials.client_id,
        client_secret: credentials.client_secret,
        scope: "users:read",
        expires_in: 3600,
      }),
    });
    const { access_token: token } = await answer.json();
    const reader = zendesk.createClient({ token, useOAuth: true, oauth: true, endpointUri });
    const { result } = await reader.users.show(person);
    assert.equal(result.id, person);
    await assert.rejects(reader.tickets.show(1), /Forbidden/);
    const stranger = zendesk.createClient({ token: "no", useOAuth: true, oauth: true, endpointUri });
    await assert.rejects(stranger.users.show(person), /401|Unauthorized/i);
  },
  async "reads all users to the end"() {
    const users = await client.users.list();
    const people = users.filter(({ role }) => role === "end-user");
    assert.equal(people.length, records.people.count);
    assert.equal(new Set(users.map(({ id }) => id)).size, users.length);
  },
  async "reads one user and many"() {
    const { result } = await client.users.show(person);
    assert.equal(result.user_fields.sms_consent, "sms_consent_yes");
    const many = await client.users.showMany([person, person + 3, 5]);
    assert.equal(many.result.length, 2);
    await assert.rejects(client.users.show(5), /404|Not Found/i);
  },
  async "reads the export of users"() {
    const users = await client.users.incremental(0);
    assert.equal(users.length, records.people.count + 2);
  },
  async "changes one user and many, and watches the job"() {
    await client.users.update(person, { user: { notes: "変更" } });
    assert.equal((await client.users.show(person)).result.notes, "変更");
    const change = { user: { user_fields: { sms_opt_out: true } } };
    // It counts its arguments: with two of them it takes the first for the body.
    const { result } = await client.users.updateMany([person, person + 3], change, null);
    assert.equal(result.job_status.status, "queued");
    const done = await client.jobstatuses.watch(result.job_status.id, 20, 10);
    assert.equal(done.status, "completed");
    assert.ok(done.results.every(({ success }) => success));
    const { result: now } = await client.users.show(person);
    assert.equal(now.user_fields.sms_opt_out, true);
    assert.ok(now.tags.includes("sms_stop"));
  },
  async "makes and deletes a user"() {
    const { result } = await client.users.create({ user: { name: "試験 花子" } });
    assert.ok(result.id > 2 ** 40);
    await client.users.delete(result.id);
    assert.equal((await client.users.show(result.id)).result.active, false);
    await assert.rejects(client.users.create({ user: { email: "a@example.com" } }), /422|Unprocess/i);
  },
  async "replaces and adds tags"() {
    // Its removeTags sends no body, so it removes nothing here, nor would it in Zendesk.
    await client.users.setTags(person, { tags: ["b"] });
    await client.users.addTags(person, { tags: ["c"] });
    assert.deepEqual((await client.users.show(person)).result.tags, ["b", "c"]);
  },
  async "reads identities"() {
    const rows = await client.useridentities.list(person);
    assert.deepEqual(rows.map(({ type }) => type), ["email", "phone_number"]);
  },
  async "reads, makes and deletes a user field"() {
    const before = await client.userfields.list();
    const { result } = await client.userfields.create({
      user_field: { key: "note_js", type: "text", title: "メモ" },
    });
    assert.equal((await client.userfields.list()).length, before.length + 1);
    await client.userfields.delete(result.id);
    assert.equal((await client.userfields.list()).length, before.length);
  },
  async "makes, changes, comments and reads a ticket"() {
    const { result } = await client.tickets.create({
      ticket: { subject: "件名", comment: { body: "本文" }, requester_id: person },
    });
    await client.tickets.update(result.id, {
      ticket: { status: "pending", comment: { body: "内部メモ", public: false } },
    });
    assert.equal((await client.tickets.show(result.id)).result.status, "pending");
    const comments = await client.tickets.getComments(result.id);
    assert.deepEqual(comments.map(({ body }) => body), ["本文", "内部メモ"]);
    const mine = await client.tickets.listByUserRequested(person);
    assert.ok(mine.some(({ id }) => id === result.id));
  },
  async "searches"() {
    const found = await client.search.queryAll("type:user role:agent");
    assert.equal(found.length, 1);
    assert.equal(found[0].result_type, "user");
  },
  async "makes a webhook and a trigger, and is called with a true signature"() {
    const calls = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        calls.push({ headers: request.headers, body });
        response.end();
      });
    });
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    const { result: hook } = await client.webhooks.create({
      webhook: {
        name: "試験",
        endpoint: `http://127.0.0.1:${server.address().port}/`,
        http_method: "POST",
        request_format: "json",
        status: "active",
        subscriptions: ["conditional_ticket_events"],
      },
    });
    const { result: trigger } = await client.triggers.create({
      trigger: {
        title: "知らせる",
        conditions: { all: [{ field: "current_tags", operator: "includes", value: "js" }] },
        actions: [{ field: "notification_webhook", value: [hook.id, '{"id":"{{ticket.id}}"}'] }],
      },
    });
    await client.tickets.update(1, { ticket: { tags: ["js"] } });
    for (let tries = 0; tries < 200 && !calls.length; tries += 1)
      await new Promise((ready) => setTimeout(ready, 20));
    server.close();
    const [{ headers, body }] = calls;
    assert.equal(body, '{"id":"1"}');
    const { result: signing } = await client.webhooks.getSigningSecret(hook.id);
    const secret = signing.secret ?? signing.signing_secret?.secret;
    const signature = createHmac("sha256", secret)
      .update(headers["x-zendesk-webhook-signature-timestamp"] + body)
      .digest("base64");
    assert.equal(headers["x-zendesk-webhook-signature"], signature);
    await client.triggers.delete(trigger.id);
    await client.webhooks.delete(hook.id);
    assert.equal((await client.webhooks.list()).length, 0);
  },
};

const only = process.argv[3];
for (const [name, step] of Object.entries(steps)) {
  if (only && only !== name) continue;
  await step();
  console.log(name);
}
