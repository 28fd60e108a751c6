//! Changes of RFC 7644, 3.5.2: `{"Operations": [{"op": "replace", "path": "emails[type eq \"work\"].value", "value": ..}]}`.
//!
//! A change works on the kept document and gives another one; one operation that cannot be done refuses them all. Attributes that
//! are not kept are passed over, because directories send whatever they have.

use super::filter::{Filter, Path};
use super::{Attribute, Document, Holds, Kind, Wrong, find, has_value, one, one_primary};
use serde_json::Value;

/// Operations of one request.
const OPERATIONS_MAX: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

/// Where an operation works.
struct Target {
    attribute: String,
    filter: Option<Filter>,
    part: Option<String>,
}

/// The document after the operations of a body.
pub fn apply(attributes: &'static [Attribute], mut document: Document, body: &Value) -> Result<Document, Wrong> {
    let field = |object: &'_ Value, name: &str| {
        let fields = object.as_object();
        fields
            .and_then(|fields| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone()))
    };
    let Some(Value::Array(operations)) = field(body, "Operations") else {
        return Err(Wrong::new(Kind::InvalidSyntax, "the body has no list \"Operations\""));
    };
    if operations.len() > OPERATIONS_MAX {
        let detail = format!("the body has {} operations; at most {OPERATIONS_MAX} are taken", operations.len());
        return Err(Wrong::new(Kind::TooMany, detail));
    }
    let had: Vec<&Attribute> = attributes.iter().filter(|attribute| n_values(&document, attribute) > 0).collect();
    for operation in &operations {
        let name = field(operation, "op").and_then(|op| op.as_str().map(str::to_ascii_lowercase)).unwrap_or_default();
        let op = match name.as_str() {
            "add" => Op::Add,
            "replace" => Op::Replace,
            "remove" => Op::Remove,
            other => return Err(Wrong::new(Kind::InvalidSyntax, format!("\"{other}\" is no operation: add, replace or remove"))),
        };
        let value = field(operation, "value");
        match field(operation, "path").filter(|path| !path.is_null()) {
            Some(Value::String(path)) => operate(attributes, &mut document, op, &target(&path)?, value.as_ref())?,
            Some(_) => return Err(Wrong::new(Kind::InvalidPath, "a path is a text")),
            None => whole(attributes, &mut document, op, value.as_ref())?,
        }
    }
    for attribute in attributes {
        drop_empty(&mut document, attribute, had.contains(&attribute))?;
    }
    Ok(document)
}

fn n_values(document: &Document, attribute: &Attribute) -> usize {
    let items = document.get(attribute.name).and_then(Value::as_array).into_iter().flatten();
    items.filter(|item| has_value(item)).count()
}

/// Takes away the items of a list that were left without a value. Only at the end: one operation may name the type, the next
/// the value.
fn drop_empty(document: &mut Document, attribute: &Attribute, was_there: bool) -> Result<(), Wrong> {
    let Holds::Many(parts) = attribute.holds else { return Ok(()) };
    let Some(Value::Array(items)) = document.remove(attribute.name) else { return Ok(()) };
    match attribute.with_value(parts, items)? {
        items if !items.is_empty() => drop(document.insert(attribute.name.to_owned(), items.into())),
        _ if attribute.required && was_there => return Err(needed(attribute)),
        _ => {}
    }
    Ok(())
}

fn needed(attribute: &Attribute) -> Wrong {
    Wrong::new(Kind::Mutability, format!("{} is required and cannot be removed", attribute.name))
}

/// Without a path the value names the attributes, as plain names or as paths.
fn whole(attributes: &'static [Attribute], document: &mut Document, op: Op, value: Option<&Value>) -> Result<(), Wrong> {
    if op == Op::Remove {
        return Err(Wrong::new(Kind::NoTarget, "remove needs a path"));
    }
    let Some(Value::Object(fields)) = value else {
        return Err(Wrong::new(Kind::InvalidValue, "without a path the value is an object of attributes"));
    };
    for (name, value) in fields {
        let target = target(name)?;
        // What is ours is not said by whoever sends a whole resource back.
        if find(attributes, &target.attribute).is_some_and(|attribute| attribute.holds == Holds::ReadOnly) {
            continue;
        }
        operate(attributes, document, op, &target, Some(value))?;
    }
    Ok(())
}

/// `[schema:]attribute[filter].part`
fn target(text: &str) -> Result<Target, Wrong> {
    let invalid = |why: String| Wrong::new(Kind::InvalidPath, why);
    let Some((before, rest)) = text.split_once('[') else {
        let Path { attribute, part } = Path::parse(text.trim());
        return Ok(Target { attribute, filter: None, part });
    };
    let (inside, after) = rest.rsplit_once(']').ok_or_else(|| invalid(format!("the path \"{text}\" has no closing bracket")))?;
    let filter = Filter::parse(inside).map_err(|wrong| invalid(wrong.detail))?;
    let part = match after.trim() {
        "" => None,
        after => Some(after.strip_prefix('.').ok_or_else(|| invalid(format!("the path \"{text}\" ends in \"{after}\"")))?),
    };
    Ok(Target { attribute: Path::parse(before.trim()).attribute, filter: Some(filter), part: part.map(str::to_owned) })
}

fn operate(
    attributes: &'static [Attribute],
    document: &mut Document,
    op: Op,
    target: &Target,
    value: Option<&Value>,
) -> Result<(), Wrong> {
    let Some(attribute) = find(attributes, &target.attribute) else { return Ok(()) };
    if op != Op::Remove && value.is_none() {
        return Err(Wrong::new(Kind::InvalidValue, format!("\"{}\" has no value", target.attribute)));
    }
    let kept = match (attribute.holds, &target.filter, &target.part) {
        (Holds::ReadOnly, ..) => return Err(Wrong::new(Kind::Mutability, format!("{} cannot be changed", attribute.name))),
        (Holds::Text | Holds::Flag, None, None) => match op {
            Op::Remove => None,
            Op::Add | Op::Replace => attribute.value(value.unwrap_or(&Value::Null))?,
        },
        (Holds::Complex(parts), None, part) => {
            complex(parts, document.remove(attribute.name), op, part.as_deref(), attribute, value)?
        }
        (Holds::Many(parts), filter, part) => {
            let items = match document.remove(attribute.name) {
                Some(Value::Array(items)) => items,
                _ => vec![],
            };
            let items = many(parts, items, op, (filter.as_ref(), part.as_deref()), attribute, value)?;
            (!items.is_empty()).then(|| items.into())
        }
        _ => return Err(Wrong::new(Kind::InvalidPath, format!("{} has no parts", attribute.name))),
    };
    match kept {
        Some(kept) => drop(document.insert(attribute.name.to_owned(), kept)),
        None if attribute.required => return Err(needed(attribute)),
        None => drop(document.remove(attribute.name)),
    }
    Ok(())
}

fn complex(
    parts: &'static [Attribute],
    before: Option<Value>,
    op: Op,
    part: Option<&str>,
    attribute: &Attribute,
    value: Option<&Value>,
) -> Result<Option<Value>, Wrong> {
    let mut fields = match before {
        Some(Value::Object(fields)) => fields,
        _ => Document::new(),
    };
    match (op, part) {
        (Op::Remove, None) => return Ok(None),
        (_, Some(part)) => set_part(parts, &mut fields, part, value.filter(|_| op != Op::Remove))?,
        (Op::Add | Op::Replace, None) => match attribute.value(value.unwrap_or(&Value::Null))? {
            Some(Value::Object(given)) => fields.extend(given),
            _ => return Ok(None),
        },
    }
    Ok((!fields.is_empty()).then_some(Value::Object(fields)))
}

/// Sets a part, or takes it away.
fn set_part(parts: &'static [Attribute], fields: &mut Document, name: &str, value: Option<&Value>) -> Result<(), Wrong> {
    let Some(part) = find(parts, name) else { return Ok(()) };
    match value.map(|value| part.value(value)).transpose()?.flatten() {
        Some(value) => drop(fields.insert(part.name.to_owned(), value)),
        None => drop(fields.remove(part.name)),
    }
    Ok(())
}

fn many(
    parts: &'static [Attribute],
    mut items: Vec<Value>,
    op: Op,
    (filter, part): (Option<&Filter>, Option<&str>),
    attribute: &Attribute,
    value: Option<&Value>,
) -> Result<Vec<Value>, Wrong> {
    let fits = |item: &Value| filter.is_none_or(|filter| item.as_object().is_some_and(|item| filter.matches(item)));
    match (op, part) {
        // Entra ID names the members to remove in the value instead of a filter.
        (Op::Remove, None) if filter.is_none() && value.is_some_and(|value| !value.is_null()) => {
            let gone = given(attribute, value)?;
            items.retain(|item| !gone.iter().any(|gone| gone["value"] == item["value"]));
        }
        (Op::Remove, None) => items.retain(|item| !fits(item)),
        (Op::Replace, None) if filter.is_none() => items = given(attribute, value)?,
        (Op::Add, None) if filter.is_none() => {
            for more in given(attribute, value)? {
                let same = |item: &Value| item["value"] == more["value"] && item["type"] == more["type"];
                items.retain(|item| !same(item));
                items.push(more);
            }
        }
        (_, part) => {
            let is_new = op == Op::Add || (op == Op::Replace && filter.is_none());
            if is_new && !items.iter().any(fits) {
                items.push(fitting(parts, filter, attribute)?);
            }
            if !items.iter().any(fits) && op == Op::Replace {
                return Err(Wrong::new(Kind::NoTarget, format!("no value of {} fits the filter", attribute.name)));
            }
            for item in items.iter_mut().filter(|item| fits(item)) {
                change(parts, item, op, part, value)?;
            }
            items.retain(|item| item.as_object().is_some_and(|fields| !fields.is_empty()));
        }
    }
    Ok(one_primary(items))
}

/// Changes one value of a list: a part of it, or all that is named.
fn change(parts: &'static [Attribute], item: &mut Value, op: Op, part: Option<&str>, value: Option<&Value>) -> Result<(), Wrong> {
    let Value::Object(fields) = item else { return Ok(()) };
    match (part, value) {
        (Some(part), value) => set_part(parts, fields, part, value.filter(|_| op != Op::Remove)),
        (None, Some(value)) => {
            if let Value::Object(given) = one(parts, value)? {
                fields.extend(given);
            }
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

/// The values of a list that an operation carries.
fn given(attribute: &Attribute, value: Option<&Value>) -> Result<Vec<Value>, Wrong> {
    match attribute.value(value.unwrap_or(&Value::Null))? {
        Some(Value::Array(items)) => Ok(items),
        _ => Ok(vec![]),
    }
}

/// A new value of a list that fits a filter which only says what its parts are.
fn fitting(parts: &'static [Attribute], filter: Option<&Filter>, attribute: &Attribute) -> Result<Value, Wrong> {
    let mut fields = Document::new();
    let Some(filter) = filter else { return Ok(Value::Object(fields)) };
    let no_target = || Wrong::new(Kind::NoTarget, format!("no value of {} fits the filter", attribute.name));
    for (name, value) in filter.parts().ok_or_else(no_target)? {
        set_part(parts, &mut fields, name, Some(value))?;
    }
    Ok(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::super::{GROUP, USER};
    use super::*;
    use serde_json::json;

    fn ann() -> Document {
        let ann = json!({"userName": "ann", "active": true, "name": {"givenName": "Ann"},
                         "emails": [{"type": "work", "value": "ann@ex.org", "primary": true}]});
        ann.as_object().unwrap().clone()
    }

    fn after(operations: Value) -> Value {
        Value::Object(apply(USER, ann(), &json!({ "Operations": operations })).unwrap())
    }

    fn refused(operations: Value) -> Kind {
        apply(USER, ann(), &json!({ "Operations": operations })).unwrap_err().kind
    }

    #[test]
    fn entra_id_and_okta_are_understood() {
        let entra = json!([{"op": "Replace", "path": "active", "value": "False"},
                           {"op": "Add", "path": "name.familyName", "value": "Jones"},
                           {"op": "Add", "path": "emails[type eq \"home\"].value", "value": "a@home.example"},
                           {"op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "x"}]);
        let found = after(entra);
        assert_eq!((&found["active"], &found["name"]), (&json!(false), &json!({"givenName": "Ann", "familyName": "Jones"})));
        assert_eq!(found["emails"][1], json!({"type": "home", "value": "a@home.example"}));
        let okta = after(json!([{"op": "replace", "value": {"active": false, "id": "9", "name.familyName": "Ng"}}]));
        assert_eq!((&okta["active"], &okta["name"]["familyName"], &okta["id"]), (&json!(false), &json!("Ng"), &Value::Null));
    }

    #[test]
    fn each_operation_on_each_kind_of_attribute() {
        let one = |op: &str, path: &str, value: Value| after(json!([{"op": op, "path": path, "value": value}]));
        assert_eq!(one("replace", "userName", json!("bo"))["userName"], "bo");
        assert_eq!(one("remove", "active", Value::Null).get("active"), None);
        assert_eq!(one("remove", "name", Value::Null).get("name"), None);
        assert_eq!(one("remove", "name.givenName", Value::Null).get("name"), None, "a name without parts is none");
        assert_eq!(
            one("add", "name", json!({"familyName": "Jones"}))["name"],
            json!({"givenName": "Ann", "familyName": "Jones"})
        );
        let more = one("add", "emails", json!([{"type": "home", "value": "b@ex.org", "primary": true}]));
        assert_eq!(more["emails"][0]["primary"], false, "there is one primary address");
        assert_eq!(one("replace", "emails", json!([{"value": "c@ex.org"}]))["emails"], json!([{"value": "c@ex.org"}]));
        let changed = one("replace", "emails[type eq \"work\"].value", json!("d@ex.org"));
        assert_eq!(changed["emails"], json!([{"type": "work", "value": "d@ex.org", "primary": true}]));
        let again = one("add", "emails", json!({"type": "work", "value": "ann@ex.org"}));
        assert_eq!(again["emails"].as_array().map(Vec::len), Some(1), "the same value is not there twice");
    }

    #[test]
    fn an_item_whose_value_is_taken_away_goes() {
        let more = json!({"op": "add", "path": "emails[type eq \"home\"].value", "value": "a@home.example"});
        let less = json!({"op": "remove", "path": "emails[type eq \"work\"].value"});
        assert_eq!(after(json!([more, less]))["emails"], json!([{"type": "home", "value": "a@home.example"}]));
        assert_eq!(refused(json!([less])), Kind::Mutability, "the only address is as required as the list is");
        assert_eq!(refused(json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": ""}])), Kind::Mutability);
        let first = json!({"op": "add", "path": "emails[type eq \"home\"].display", "value": "Ann"});
        let found = after(json!([first, more]));
        assert_eq!(found["emails"][1], json!({"type": "home", "display": "Ann", "value": "a@home.example"}), "in any order");
        let bare = json!({"userName": "ann@ex.org"}).as_object().unwrap().clone();
        let found = apply(USER, bare, &json!({"Operations": [first]})).unwrap();
        assert_eq!(Value::Object(found), json!({"userName": "ann@ex.org"}), "where there was no address none is missed");
        let old = json!({"userName": "ann@ex.org", "emails": [{"type": "work"}]}).as_object().unwrap().clone();
        let found = apply(USER, old, &json!({"Operations": [{"op": "replace", "path": "active", "value": false}]})).unwrap();
        assert_eq!(
            Value::Object(found),
            json!({"userName": "ann@ex.org", "active": false}),
            "nor keeps what is empty anybody in"
        );
    }

    #[test]
    fn members_come_and_go() {
        let group = json!({"displayName": "Reps", "members": [{"value": "1"}, {"value": "2"}]}).as_object().unwrap().clone();
        let after = |operations: Value| {
            let found = apply(GROUP, group.clone(), &json!({ "operations": operations })).unwrap();
            let ids = found.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
            ids.iter().filter_map(|member| member["value"].as_str().map(str::to_owned)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(after(json!([{"op": "Add", "path": "members", "value": [{"value": "3"}, {"value": "1"}]}])), "2 3 1");
        assert_eq!(after(json!([{"op": "remove", "path": "members[value eq \"1\"]"}])), "2");
        assert_eq!(after(json!([{"op": "Remove", "path": "members", "value": [{"value": "2"}]}])), "1");
        assert_eq!(after(json!([{"op": "remove", "path": "members"}])), "");
        assert_eq!(after(json!([{"op": "remove", "path": "members[value eq \"9\"]"}])), "1 2");
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_its_kind() {
        assert_eq!(refused(json!([{"op": "remove"}])), Kind::NoTarget);
        assert_eq!(refused(json!([{"op": "move", "path": "active"}])), Kind::InvalidSyntax);
        assert_eq!(refused(json!([{"op": "remove", "path": "userName"}])), Kind::Mutability);
        assert_eq!(refused(json!([{"op": "replace", "path": "id", "value": "9"}])), Kind::Mutability);
        assert_eq!(refused(json!([{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x"}])), Kind::NoTarget);
        assert_eq!(refused(json!([{"op": "add", "path": "emails[type pr", "value": "x"}])), Kind::InvalidPath);
        assert_eq!(refused(json!([{"op": "add", "path": "userName.first", "value": "x"}])), Kind::InvalidPath);
        assert_eq!(refused(json!([{"op": "add", "path": "active"}])), Kind::InvalidValue);
        assert_eq!(refused(json!([{"op": "replace", "path": "active", "value": "perhaps"}])), Kind::InvalidValue);
        assert_eq!(apply(USER, ann(), &json!({})).unwrap_err().kind, Kind::InvalidSyntax);
        let all = json!([{"op": "replace", "path": "active", "value": false}, {"op": "remove", "path": "id"}]);
        assert_eq!(refused(all), Kind::Mutability, "one that cannot be done refuses them all");
    }
}
