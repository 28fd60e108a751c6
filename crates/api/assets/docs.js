"use strict";
// Renders /openapi.json. No library, no inline script: the page lives under the same strict policy as the product.

const make = (name, attributes, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null));
  return element;
};

// Writes a schema as the JSON it describes, references resolved, to a depth where examples stay readable.
const sketch = (schema, components, depth) => {
  if (schema === true || schema === undefined) return "any";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return depth > 5 ? name : sketch(components[name], components, depth + 1);
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.join(" | ");
  const either = schema.anyOf || schema.oneOf;
  if (either) {
    const shapes = either.filter((one) => one.type !== "null").map((one) => sketch(one, components, depth + 1));
    return shapes.length === 1 ? shapes[0] : shapes;
  }
  if (schema.properties) {
    const entries = Object.entries(schema.properties);
    const required = schema.required || [];
    return Object.fromEntries(entries.map(([key, value]) => [required.includes(key) ? key : key + "?", sketch(value, components, depth + 1)]));
  }
  if (schema.items) return [sketch(schema.items, components, depth + 1)];
  if (schema.additionalProperties) return { "<name>": sketch(schema.additionalProperties, components, depth + 1) };
  return Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type || "any";
};

const body = (title, content, components) => {
  const [[media, inner]] = Object.entries(content);
  const shape = inner.schema ? JSON.stringify(sketch(inner.schema, components, 0), null, 2) : media;
  return [make("h3", {}, title), make("pre", { tabindex: "0" }, shape)];
};

const parameters = (list) => {
  if (!list) return [];
  const rows = list.map((one) =>
    make("tr", {}, make("td", {}, make("code", {}, one.name)), make("td", {}, one.in), make("td", {}, one.schema.type), make("td", {}, one.description || "")));
  const head = make("tr", {}, ...["Name", "In", "Type", "Meaning"].map((text) => make("th", { scope: "col" }, text)));
  return [make("h3", {}, "Parameters"), make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))];
};

const inside = (operation, components) => {
  const access = operation.security.length ? operation.security.map((one) => Object.keys(one).join(" + ")).join(" or ") : "anybody";
  const scope = operation["x-scope"] ? ", scope " + operation["x-scope"] : "";
  const parts = [make("p", {}, "Access: " + access + scope + ". Operation: " + operation.operationId + ".")];
  if (operation["x-aliases"]) parts.push(make("h3", {}, "Also at"), make("pre", { tabindex: "0" }, operation["x-aliases"].join("\n")));
  parts.push(...parameters(operation.parameters));
  if (operation.requestBody) parts.push(...body("Request", operation.requestBody.content, components));
  for (const [status, reply] of Object.entries(operation.responses)) {
    if (reply.$ref) continue;
    if (reply.content) parts.push(...body(status + " " + reply.description, reply.content, components));
    else parts.push(make("h3", {}, status + " " + reply.description));
  }
  return make("div", { class: "inside" }, ...parts);
};

const entry = (method, path, operation, components) => {
  const summary = make("summary", {},
    make("span", { class: "method " + method }, method.toUpperCase()), make("code", {}, path), make("span", { class: "about" }, operation.summary));
  const details = make("details", { id: operation.operationId }, summary);
  details.dataset.text = [method, path, operation.summary, operation.operationId].join(" ").toLowerCase();
  details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(inside(operation, components)); });
  return details;
};

const show = (description) => {
  const groups = new Map();
  for (const [path, methods] of Object.entries(description.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(entry(method, path, operation, description.components.schemas));
    }
  const sections = [...groups].map(([tag, entries]) => make("section", {}, make("h2", { id: "tag-" + tag }, tag), ...entries));
  document.getElementById("operations").replaceChildren(...sections);
  document.getElementById("tags").replaceChildren(...[...groups.keys()].map((tag) => make("a", { href: "#tag-" + tag }, tag)));
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted && wanted.tagName === "DETAILS") { wanted.open = true; wanted.scrollIntoView(); }
};

const find = (text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of document.querySelectorAll("section")) {
    let shown = 0;
    for (const details of section.querySelectorAll("details")) {
      details.hidden = !words.every((word) => details.dataset.text.includes(word));
      if (!details.hidden) shown += 1;
    }
    section.hidden = shown === 0;
  }
};

document.getElementById("filter").addEventListener("input", (event) => find(event.target.value));
fetch("/openapi.json").then((reply) => reply.json()).then(show).catch((error) => {
  document.getElementById("operations").textContent = "The description could not be read: " + error;
});
