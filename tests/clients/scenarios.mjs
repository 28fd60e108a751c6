// HubSpot's JavaScript client against our server. Usage: node scenarios.mjs SERVER_URL TOKENS_JSON
// Every scenario makes its own records (a fresh suffix per run), so it can run against any account, again and again.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Client } from "@hubspot/api-client";

const [, , url, file] = process.argv;
const accounts = JSON.parse(readFileSync(file, "utf8")).accounts;
const run = randomBytes(4).toString("hex");
const client = (accessToken) => new Client({ accessToken, basePath: url, numberOfApiCallRetries: 0 });
const api = client(accounts[0].token);
const email = (name) => `${name}.${run}@node.example`;
const contact = (name, values = {}) =>
  api.crm.contacts.basicApi.create({ properties: { email: email(name), firstname: name, ...values }, associations: [] });
const company = (name) =>
  api.crm.companies.basicApi.create({ properties: { name: `${name} ${run}`, domain: `${name}-${run}.example` }, associations: [] });

const refused = async (status, act) => {
  try {
    await act();
  } catch (error) {
    assert.equal(error.code, status, JSON.stringify(error.body));
    return typeof error.body === "string" ? JSON.parse(error.body) : error.body;
  }
  assert.fail(`expected a refusal with ${status}`);
};

const account = (name) => accounts.find((one) => one.name === name);

/** HubSpot's generic request, for what its client has no method for. */
const answered = async (api, method, path, body, status) => {
  const reply = await api.apiRequest({ method, path, ...(body ? { body } : {}) }).catch((error) => error);
  const text = reply.text ? await reply.text() : JSON.stringify(reply.body);
  const code = reply.status ?? reply.code;
  assert.ok(status ? code === status : code < 300, `${method} ${path}: ${code} ${text}`);
  return text ? JSON.parse(text) : undefined;
};

const scenarios = {
  async "a contact is created, read, updated and archived"() {
    const made = await contact("ann");
    assert.match(made.id, /^[0-9]+$/);
    assert.ok(made.createdAt instanceof Date && !Number.isNaN(made.createdAt.getTime()));
    const read = await api.crm.contacts.basicApi.getById(made.id, ["email", "phone"], undefined, undefined, false);
    assert.equal(read.properties.phone, null);
    const changed = await api.crm.contacts.basicApi.update(made.id, { properties: { firstname: "Anne" } });
    assert.equal(changed.properties.firstname, "Anne");
    const byEmail = await api.crm.contacts.basicApi.getById(email("ann"), undefined, ["firstname"], undefined, false, "email");
    assert.deepEqual(byEmail.propertiesWithHistory.firstname.map((entry) => entry.value), ["Anne", "ann"]);
    await api.crm.contacts.basicApi.archive(made.id);
    const error = await refused(404, () => api.crm.contacts.basicApi.getById(made.id));
    assert.equal(error.category, "OBJECT_NOT_FOUND");
  },

  async "a taken address is a conflict that names the owner of it"() {
    const made = await contact("bea");
    const error = await refused(409, () => contact("bea"));
    assert.equal(error.message, `Contact already exists. Existing ID: ${made.id}`);
  },

  async "lists page and the helper gets all"() {
    for (const name of ["one", "two", "three"]) await company(name);
    const all = await api.crm.companies.getAll(100, undefined, ["name"]);
    assert.equal(new Set(all.map((one) => one.id)).size, all.length);
    const page = await api.crm.companies.basicApi.getPage(1);
    assert.ok(page.paging.next.after && page.paging.next.link.startsWith(url));
  },

  async "batches do many at once"() {
    const inputs = [1, 2, 3].map((n) => ({ properties: { email: email(`many${n}`) }, associations: [] }));
    const made = await api.crm.contacts.batchApi.create({ inputs });
    assert.equal(made.status, "COMPLETE");
    assert.equal(made.results.length, 3);
    const ids = made.results.map(({ id }) => ({ id }));
    const read = await api.crm.contacts.batchApi.read({ inputs: [...ids, { id: "9007199254740991" }], properties: ["email"], propertiesWithHistory: [] });
    assert.equal(read.results.length, 3);
    assert.equal(read.numErrors, 1);
    const upserted = await api.crm.contacts.batchApi.upsert({
      inputs: [email("many1"), email("many9")].map((id) => ({ id, idProperty: "email", properties: { city: "Bray" } })) });
    assert.deepEqual(upserted.results.map((one) => one._new).sort(), [false, true]);
    await api.crm.contacts.batchApi.update({ inputs: ids.map(({ id }) => ({ id, properties: { city: "Cork" } })) });
    await api.crm.contacts.batchApi.archive({ inputs: ids });
  },

  async "a search finds what was just written"() {
    const made = await contact("dora", { city: "Ghent" });
    const filters = [{ propertyName: "email", operator: "EQ", value: email("dora") }];
    const found = await api.crm.contacts.searchApi.doSearch({ filterGroups: [{ filters }], sorts: ["-createdate"], properties: ["city"], limit: 10, after: "0" });
    assert.equal(found.total, 1);
    assert.equal(found.results[0].id, made.id);
    assert.equal(found.results[0].properties.city, "Ghent");
  },

  async "any object by the generic interface"() {
    const made = await api.crm.objects.basicApi.create("notes", {
      properties: { hs_timestamp: "2026-11-20T10:00:00Z", hs_note_body: "Hello" }, associations: [] });
    const read = await api.crm.objects.basicApi.getById("notes", made.id, ["hs_note_body"]);
    assert.equal(read.properties.hs_note_body, "Hello");
  },

  async "two records merge into a third to which both ids lead"() {
    const types = [["contacts", "firstname", {}], ["companies", "name", {}], ["deals", "dealname", { dealstage: "contractsent" }],
      ["tickets", "subject", { hs_pipeline_stage: "1" }]];
    for (const [type, name, values] of types) {
      const space = api.crm[type];
      const made = [];
      for (const which of ["First", "Second"])
        made.push(await space.basicApi.create({ properties: { ...values, [name]: `${which} ${run}` }, associations: [] }));
      const order = { primaryObjectId: made[0].id, objectIdToMerge: made[1].id };
      const merged = await space.basicApi.merge(order);
      for (const old of made) {
        const read = await space.basicApi.getById(old.id, [name, "hs_merged_object_ids"]);
        assert.equal(read.id, merged.id);
        assert.equal(read.properties[name], `First ${run}`);
        assert.equal(read.properties.hs_merged_object_ids, made.map((one) => one.id).join(";"));
      }
      await assert.rejects(space.basicApi.merge(order), (error) => error.code === 400);
    }
  },

  async "properties and pipelines are defined and removed"() {
    const all = await api.crm.properties.coreApi.getAll("companies");
    assert.ok(all.results.some((one) => one.name === "domain"));
    const made = await api.crm.properties.coreApi.create("companies", {
      name: `colour_${run}`, label: "Colour", type: "string", fieldType: "text", groupName: "companyinformation" });
    assert.equal(made.type, "string");
    await api.crm.properties.coreApi.archive("companies", `colour_${run}`);
    const pipelines = await api.crm.pipelines.pipelinesApi.getAll("tickets");
    assert.deepEqual(pipelines.results[0].stages[0].metadata, { isClosed: "false", ticketState: "OPEN" });
  },

  async "associations are linked, read and cut"() {
    const [person, firm] = [await contact("fay"), await company("fayfirm")];
    await api.crm.associations.v4.basicApi.createDefault("contacts", person.id, "companies", firm.id);
    const page = await api.crm.associations.v4.basicApi.getPage("contacts", person.id, "companies");
    assert.equal(String(page.results[0].toObjectId), firm.id);
    const batch = await api.crm.associations.v4.batchApi.getPage("contacts", "companies", { inputs: [{ id: person.id }] });
    assert.equal(String(batch.results[0].to[0].toObjectId), firm.id);
    const labels = await api.crm.associations.v4.schema.definitionsApi.getAll("contacts", "companies");
    assert.ok(labels.results.some((one) => one.typeId === 279));
    await api.crm.associations.v4.basicApi.archive("contacts", person.id, "companies", firm.id);
    assert.equal((await api.crm.associations.v4.basicApi.getPage("contacts", person.id, "companies")).results.length, 0);
  },

  async "the organization is read, made one-way and put back"() {
    const [here, there] = [account("West"), account("Central")];
    if (!here || !there) return;
    const [west, central] = [client(here.token), client(there.token)];
    const properties = { email: email("shared") };
    const ours = await answered(west, "POST", "/crm/v3/objects/contacts", { properties });
    const theirs = await answered(central, "POST", "/crm/v3/objects/contacts", { properties });
    await answered(central, "POST", "/crm/v3/objects/notes", {
      properties: { hs_timestamp: "2026-11-20T10:00:00Z", hs_note_body: "Of Central" },
      associations: [{ to: { id: theirs.id }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 202 }] }] });
    const ofCentral = async () => {
      const page = await answered(west, "GET", `/accounts/v1/records/contacts/${ours.id}/timeline?mirrored=true`);
      return page.results.filter((one) => one.origin?.accountName === "Central").map((one) => one.body);
    };
    const edges = (state) => state.connections.flatMap((pair) => pair.edges).filter((edge) => edge.state === "on")
      .map(({ feature, source, destination }) => ({ feature, source, destination, on: true }));
    const before = await answered(west, "GET", "/organizations/v1/current");
    assert.equal(before.canEditConnections, true);
    const edit = (version, wished) => answered(west, "PUT", `/organizations/v1/${before.id}/connections`, { version, edges: wished });
    assert.deepEqual(await ofCentral(), ["Of Central"]);
    const intoWest = (edge) => String(edge.source) === String(there.id) && String(edge.destination) === String(here.id);
    const oneWay = await edit(before.version, edges(before).filter((edge) => !intoWest(edge)));
    try {
      assert.deepEqual(await ofCentral(), []);
    } finally {
      await edit(oneWay.version, edges(before));
    }
    assert.deepEqual(await ofCentral(), ["Of Central"]);
    const refused = await answered(west, "DELETE", `/organizations/v1/${before.id}`, undefined, 403);
    assert.match(refused.message, /second factor/);
  },

  async "owners, schemas and the raw request"() {
    assert.ok(Array.isArray((await api.crm.owners.ownersApi.getPage()).results));
    assert.deepEqual((await api.crm.schemas.coreApi.getAll()).results, []);
    const reply = await api.apiRequest({ method: "GET", path: "/account-info/v3/details" });
    assert.equal((await reply.json()).portalId, Number(accounts[0].id));
  },
};

let failed = 0;
for (const [name, scenario] of Object.entries(scenarios)) {
  try {
    await scenario();
    console.log(`ok    node: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  node: ${name}`);
    console.error(error);
  }
}
console.log(`node: ${Object.keys(scenarios).length - failed} of ${Object.keys(scenarios).length} scenarios passed`);
process.exit(failed ? 1 : 0);
