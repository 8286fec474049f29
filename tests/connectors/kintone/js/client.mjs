// Runs kintone's own client against a sandbox and prints the name of each step that held.
// Argument: the JSON line of `hub sandbox kintone`.
import assert from "node:assert/strict";
import { KintoneRestAPIClient } from "@kintone/rest-api-client";

const { base_url: baseUrl, credentials, records } = JSON.parse(process.argv[2]);
const [app, bookings] = Object.keys(credentials.apps);
const byToken = (...apps) =>
  new KintoneRestAPIClient({
    baseUrl,
    auth: { apiToken: apps.map((each) => credentials.apps[each]) },
  });
const { record, app: apps } = byToken(app);

const steps = {
  async "reads one record"() {
    const found = await record.getRecord({ app, id: records.consented.id });
    assert.deepEqual(found.record["SMS許諾"], { type: "CHECK_BOX", value: ["許諾する"] });
    assert.equal(found.record.$id.value, records.consented.id);
  },
  async "reads a page with a total"() {
    const page = await record.getRecords({
      app,
      fields: ["$id", "氏名"],
      query: '配信停止 in ("停止") order by $id asc limit 3',
      totalCount: true,
    });
    assert.equal(page.totalCount, String(records.withdrawn.count));
    assert.equal(page.records.length, 3);
    assert.deepEqual(Object.keys(page.records[0]).sort(), ["$id", "氏名"]);
  },
  async "reads a page with a query too long for an address"() {
    const ids = Array.from({ length: 1500 }, (_, index) => index + 1).join(",");
    const page = await record.getRecords({ app, query: `$id in (${ids}) limit 500` });
    assert.equal(page.records.length, records.people.count);
  },
  async "adds, changes and deletes a record"() {
    const added = await record.addRecord({ app, record: { 氏名: { value: "試験" } } });
    const changed = await record.updateRecord({
      app,
      id: added.id,
      record: { 配信停止: { value: ["停止"] } },
      revision: added.revision,
    });
    assert.equal(changed.revision, "2");
    const { record: now } = await record.getRecord({ app, id: added.id });
    assert.deepEqual(now["配信停止"].value, ["停止"]);
    assert.equal(now["会員区分"].value, "一般");
    await record.deleteRecords({ app, ids: [added.id] });
    await assert.rejects(record.getRecord({ app, id: added.id }), { code: "GAIA_RE01" });
  },
  async "changes a record by its update key"() {
    const updateKey = { field: "顧客コード", value: "C0000010" };
    await record.updateRecord({ app, updateKey, record: { メモ: { value: "鍵" } } });
    const { record: now } = await record.getRecord({ app, id: 10 });
    assert.equal(now["メモ"].value, "鍵");
  },
  async "adds, changes and deletes many records"() {
    const many = Array.from({ length: 250 }, (_, index) => ({ 氏名: { value: `甲${index}` } }));
    const { records: added } = await record.addAllRecords({ app, records: many });
    assert.equal(added.length, 250);
    const orders = added.map(({ id }) => ({ id, record: { メモ: { value: "乙" } } }));
    const { records: changed } = await record.updateAllRecords({ app, records: orders });
    assert.ok(changed.every(({ revision }) => revision === "2"));
    await record.deleteAllRecords({ app, records: added.map(({ id }) => ({ id })) });
    const left = await record.getRecords({ app, query: "limit 1", totalCount: true });
    assert.equal(left.totalCount, String(records.people.count));
  },
  async "upserts one and many records"() {
    const key = (value) => ({ field: "顧客コード", value });
    const one = await record.upsertRecord({
      app,
      updateKey: key("NEW1"),
      record: { 氏名: { value: "新" } },
    });
    const again = await record.upsertRecord({
      app,
      updateKey: key("NEW1"),
      record: { 氏名: { value: "新々" } },
    });
    assert.equal(one.id, again.id);
    const { records: results } = await record.updateRecords({
      app,
      upsert: true,
      records: [
        { updateKey: key("NEW1"), record: { メモ: { value: "1" } } },
        { updateKey: key("NEW2"), record: { メモ: { value: "2" } } },
      ],
    });
    assert.deepEqual(
      results.map(({ operation }) => operation),
      ["UPDATE", "INSERT"],
    );
    await record.deleteRecords({ app, ids: results.map(({ id }) => id) });
  },
  async "reads all records by id, by cursor and by offset"() {
    const condition = "";
    const ways = [
      await record.getAllRecordsWithId({ app, condition }),
      await record.getAllRecordsWithCursor({ app, query: "order by $id asc" }),
      await record.getAllRecordsWithOffset({ app, orderBy: "$id asc" }),
      await record.getAllRecords({ app, condition, orderBy: "$id asc" }),
    ];
    for (const all of ways) {
      assert.deepEqual(
        all.map(({ $id }) => Number($id.value)),
        Array.from({ length: records.people.count }, (_, index) => index + 1),
      );
    }
  },
  async "makes, reads and closes a cursor"() {
    const cursor = await record.createCursor({ app, size: 150, query: "order by 氏名 asc" });
    assert.equal(cursor.totalCount, String(records.people.count));
    assert.equal((await record.getRecordsByCursor({ id: cursor.id })).records.length, 150);
    await record.deleteCursor({ id: cursor.id });
    await assert.rejects(record.getRecordsByCursor({ id: cursor.id }), { code: "GAIA_CN01" });
  },
  async "does several requests over two apps as one"() {
    const both = byToken(app, bookings);
    const change = (memo) => ({
      method: "PUT",
      api: "/k/v1/record.json",
      payload: { app, id: 20, record: { メモ: { value: memo } } },
    });
    const booking = (値) => ({
      method: "PUT",
      api: "/k/v1/record.json",
      payload: { app: bookings, id: 1, record: { 状態: { value: 値 } } },
    });
    const { results } = await both.bulkRequest({ requests: [change("前"), booking("取消")] });
    assert.deepEqual(results, [{ revision: "2" }, { revision: "2" }]);
    const failed = both.bulkRequest({ requests: [change("後"), booking("無い選択肢")] });
    await assert.rejects(failed, (error) => error.code === "CB_VA01" && error.bulkRequestIndex === 1);
    const { record: now } = await record.getRecord({ app, id: 20 });
    assert.equal(now["メモ"].value, "前");
  },
  async "adds, lists and deletes comments"() {
    for (const text of ["一", "二", "三"]) {
      await record.addRecordComment({ app, record: 30, comment: { text } });
    }
    const { comments: all } = await record.getRecordComments({ app, record: 30 });
    assert.deepEqual(
      all.map(({ text }) => text.trim()),
      ["三", "二", "一"],
    );
    await record.deleteRecordComment({ app, record: 30, comment: all[0].id });
    const { comments } = await record.getRecordComments({ app, record: 30, order: "asc" });
    assert.equal(comments.length, 2);
  },
  async "reads apps, fields and layout"() {
    const { properties } = await apps.getFormFields({ app });
    assert.equal(properties["携帯番号"].protocol, "CALL");
    assert.deepEqual(properties["SMS許諾"].options, { 許諾する: { label: "許諾する", index: "0" } });
    assert.ok((await apps.getFormLayout({ app })).layout.length > 10);
    assert.equal((await apps.getApp({ id: app })).name, "顧客管理");
    assert.deepEqual(
      (await apps.getApps({})).apps.map(({ appId }) => appId),
      [app],
    );
  },
  async "signs in with a password"() {
    const auth = { username: credentials.login, password: credentials.password };
    const client = new KintoneRestAPIClient({ baseUrl, auth });
    assert.equal((await client.app.getApps({})).apps.length, 2);
    const wrong = new KintoneRestAPIClient({ baseUrl, auth: { ...auth, password: "no" } });
    await assert.rejects(wrong.app.getApps({}), { code: "CB_WA01", status: 401 });
  },
  async "reads an app of a guest space"() {
    const [[guestApp, apiToken]] = Object.entries(credentials.guest_space.apps);
    const guestSpaceId = credentials.guest_space.id;
    const inside = new KintoneRestAPIClient({ baseUrl, guestSpaceId, auth: { apiToken } });
    assert.equal((await inside.record.getAllRecords({ app: guestApp })).length, 20);
    const outside = new KintoneRestAPIClient({ baseUrl, auth: { apiToken } });
    await assert.rejects(outside.record.getRecords({ app: guestApp }), { code: "GAIA_IL23" });
  },
};

for (const [name, step] of Object.entries(steps)) {
  await step();
  console.log(name);
}
