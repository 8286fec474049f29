// Runs jsforce against a sandbox and prints the name of each step that held.
// Argument: the JSON line of `hub sandbox salesforce`.
import assert from "node:assert/strict";
import { createSign } from "node:crypto";
import jsforce from "jsforce";

const { base_url: loginUrl, credentials, records } = JSON.parse(process.argv[2]);
const { client_id: clientId, client_secret: clientSecret } = credentials;
const version = "66.0";
const signedOut = () =>
  new jsforce.Connection({ loginUrl, version, oauth2: { clientId, clientSecret, loginUrl } });
const conn = new jsforce.Connection({
  instanceUrl: loginUrl,
  accessToken: credentials.access_token,
  version,
});
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

function assertion(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const body = { iss: clientId, sub: credentials.username, aud: loginUrl, exp: now + 180 };
  const signed = `${part({ alg: "RS256" })}.${part({ ...body, ...claims })}`;
  const signature = createSign("RSA-SHA256").update(signed).sign(credentials.private_key);
  return `${signed}.${signature.toString("base64url")}`;
}

const steps = {
  async "signs in with client credentials"() {
    const connection = signedOut();
    await connection.authorize({ grant_type: "client_credentials" });
    assert.equal(connection.instanceUrl, loginUrl);
    const user = await connection.identity();
    assert.equal(user.username, credentials.username);
    assert.ok(user.organization_id.startsWith("00D"));
  },
  async "signs in with a JWT"() {
    const connection = signedOut();
    await connection.authorize({ grant_type: JWT_BEARER, assertion: assertion({}) });
    assert.equal((await connection.query("SELECT Id FROM User LIMIT 1")).records.length, 1);
    const wrong = { grant_type: JWT_BEARER, assertion: assertion({ sub: "nobody@example.com" }) };
    await assert.rejects(signedOut().authorize(wrong), { name: "invalid_grant" });
  },
  async "finds the versions, the limits and the objects"() {
    const versions = (await conn.request("/services/data")).map((each) => each.version);
    for (const each of ["60.0", "67.0"]) assert.ok(versions.includes(each));
    assert.equal((await conn.limits()).DailyApiRequests.Max, 15_000);
    assert.ok(conn.limitInfo.apiUsage.used > 0);
    const { sobjects } = await conn.describeGlobal();
    assert.ok(sobjects.some((each) => each.name === "ContactPointTypeConsent" && each.queryable));
    const { fields } = await conn.sobject("Contact").describe();
    const field = fields.find((each) => each.name === "SMS_Opt_Out__c");
    assert.deepEqual([field.type, field.custom, field.updateable], ["boolean", true, true]);
  },
  async "reads a page, and the rest by autoFetch"() {
    const soql = "SELECT Id, Name, Account.Name FROM Contact ORDER BY Id";
    const first = await conn.query(soql, { headers: { "Sforce-Query-Options": "batchSize=200" } });
    assert.equal(first.totalSize, records.contacts.count);
    assert.equal(first.records.length, 200);
    assert.equal(first.done, false);
    assert.ok(first.records[0].Account.Name.endsWith("店"));
    const second = await conn.queryMore(first.nextRecordsUrl);
    assert.notEqual(second.records[0].Id, first.records[0].Id);
    const all = await conn.query(soql, { autoFetch: true, maxFetch: 10_000 });
    assert.equal(new Set(all.records.map((each) => each.Id)).size, records.contacts.count);
  },
  async "asks by conditions in objects"() {
    const found = await conn
      .sobject("Contact")
      .find({ Customer_Code__c: { $in: ["C0000001", "C0000003"] }, SMS_Opt_In__c: true })
      .select("Id, Customer_Code__c, Individual.Name")
      .sort({ Customer_Code__c: -1 });
    assert.deepEqual(
      found.map((each) => each.Customer_Code__c),
      ["C0000003", "C0000001"],
    );
    assert.equal(await conn.sobject("Lead").count(), records.leads.count);
  },
  async "tells what is wrong with a query"() {
    await assert.rejects(conn.query("SELECT Nope FROM Contact"), { errorCode: "INVALID_FIELD" });
    await assert.rejects(conn.query("SELECT Id FROM Nope"), { errorCode: "INVALID_TYPE" });
    await assert.rejects(conn.query("SELECT Id FRM Contact"), { errorCode: "MALFORMED_QUERY" });
  },
  async "makes, reads, changes and deletes a record"() {
    const contacts = conn.sobject("Contact");
    const { id, success } = await contacts.create({ LastName: "試験", SMS_Opt_In__c: true });
    assert.ok(success);
    await contacts.update({ Id: id, SMS_Opt_Out__c: true });
    const now = await contacts.retrieve(id);
    assert.deepEqual([now.Name, now.SMS_Opt_Out__c], ["試験", true]);
    await contacts.destroy(id);
    await assert.rejects(contacts.retrieve(id), { errorCode: "ENTITY_IS_DELETED" });
    const gone = await conn.query(`SELECT Id FROM Contact WHERE Id = '${id}'`, { scanAll: true });
    assert.equal(gone.totalSize, 1);
  },
  async "upserts by an external id"() {
    const contacts = conn.sobject("Contact");
    const first = await contacts.upsert({ LastName: "甲", Customer_Code__c: "N1" }, "Customer_Code__c");
    assert.equal(first.created, true);
    const again = await contacts.upsert({ LastName: "乙", Customer_Code__c: "N1" }, "Customer_Code__c");
    assert.deepEqual([again.id, again.created], [first.id, false]);
    await contacts.destroy(first.id);
  },
  async "works with collections of records"() {
    const contacts = conn.sobject("Contact");
    const many = Array.from({ length: 250 }, (_, index) => ({ LastName: `甲${index}` }));
    const made = await contacts.create(many, { allowRecursive: true });
    assert.ok(made.every((each) => each.success));
    const ids = made.map((each) => each.id);
    const orders = [
      { Id: ids[0], SMS_Opt_Out__c: true },
      { Id: "0035i00000zzzzzAAA", SMS_Opt_Out__c: true },
    ];
    const [good, bad] = await contacts.update(orders);
    assert.equal(good.success, true);
    assert.equal(bad.success, false);
    const read = await contacts.retrieve(ids.slice(0, 2));
    assert.deepEqual(
      read.map((each) => each.SMS_Opt_Out__c),
      [true, false],
    );
    const whole = await contacts.update(
      [{ Id: ids[1], SMS_Opt_Out__c: true }, { Id: ids[2], Nope: 1 }],
      { allOrNone: true },
    );
    assert.equal(whole[0].errors[0].statusCode, "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert.equal((await contacts.retrieve(ids[1])).SMS_Opt_Out__c, false);
    const ended = await contacts.destroy(ids, { allowRecursive: true });
    assert.ok(ended.every((each) => each.success));
  },
  async "reads in bulk"() {
    conn.bulk2.pollInterval = 20;
    const soql = "SELECT Id, Name, SMS_Opt_In__c, SystemModstamp FROM Contact";
    const rows = await (await conn.bulk2.query(soql)).toArray();
    assert.equal(rows.length, records.contacts.count);
    assert.ok(rows.every((each) => each.SystemModstamp.endsWith("Z")));
    assert.ok(rows.some((each) => each.SMS_Opt_In__c === "true"));
  },
  async "writes in bulk"() {
    const input = Array.from({ length: 300 }, (_, index) => ({
      Customer_Code__c: `B${index}`,
      LastName: index === 7 ? "" : `束${index}`,
    }));
    const made = await conn.bulk2.loadAndWaitForResults({
      object: "Contact",
      operation: "insert",
      input,
      pollInterval: 20,
    });
    assert.equal(made.successfulResults.length, 299);
    assert.equal(made.failedResults.length, 1);
    assert.match(made.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING/);
    const ended = await conn.bulk2.loadAndWaitForResults({
      object: "Contact",
      operation: "delete",
      input: made.successfulResults.map((each) => ({ Id: each.sf__Id })),
      pollInterval: 20,
    });
    assert.equal(ended.successfulResults.length, 299);
  },
  async "lists what was updated and deleted"() {
    const contacts = conn.sobject("Contact");
    const { id } = await contacts.create({ LastName: "消" });
    const left = await contacts.create({ LastName: "残" });
    await contacts.destroy(id);
    const [start, end] = [-3600, 120].map((seconds) => new Date(Date.now() + seconds * 1000));
    const { deletedRecords } = await contacts.deleted(start.toISOString(), end.toISOString());
    assert.ok(deletedRecords.some((each) => each.id === id));
    const { ids } = await contacts.updated(start.toISOString(), end.toISOString());
    assert.ok(ids.includes(left.id));
    await contacts.destroy(left.id);
  },
};

for (const [name, step] of Object.entries(steps)) {
  await step();
  console.log(name);
}
