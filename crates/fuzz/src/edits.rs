//! JSON that is almost right: a document with some of its places changed. Most bytes are no JSON at all, and
//! most JSON is refused at its first field.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

/// Most changes of one document.
const EDITS_MAX: usize = 24;

/// The document after the changes that the bytes tell.
pub(crate) fn edited(mut document: Value, bytes: &mut Unstructured<'_>) -> Value {
    for _ in 0..EDITS_MAX {
        if bytes.is_empty() || edit(&mut document, bytes).is_err() {
            break;
        }
    }
    document
}

fn edit(document: &mut Value, bytes: &mut Unstructured<'_>) -> Result<()> {
    let what: u8 = bytes.arbitrary()?;
    let other = match what % 8 {
        0 => Some(place(document, bytes)?.clone()),
        _ => None,
    };
    let place = place(document, bytes)?;
    match (what % 8, place) {
        (0, place) => *place = other.unwrap_or_default(),
        (1, Value::Array(items)) => {
            if let Some(last) = items.last().filter(|_| items.len() < 200).cloned() {
                items.push(last);
            }
        }
        (1, Value::Object(fields)) => {
            let name = chosen_key(fields, bytes)?;
            fields.remove(&name);
        }
        (2, Value::Array(items)) if !items.is_empty() => {
            let at = bytes.choose_index(items.len())?;
            items.remove(at);
        }
        (2, Value::Object(fields)) => {
            let name = chosen_key(fields, bytes)?;
            let value = hostile(bytes)?;
            fields.insert(name, value);
        }
        (3, Value::Array(items)) => items.reverse(),
        (4, Value::Number(number)) => {
            let step: i8 = bytes.arbitrary()?;
            let near = number.as_i64().map(|n| n.saturating_add(step.into()));
            *number = near.unwrap_or_default().into();
        }
        (_, place) => *place = hostile(bytes)?,
    }
    Ok(())
}

/// Some place of the document: the deeper, the more bytes say so.
fn place<'a>(document: &'a mut Value, bytes: &mut Unstructured<'_>) -> Result<&'a mut Value> {
    let mut place = document;
    loop {
        let inside = match &*place {
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
            _ => 0,
        };
        if inside == 0 || bytes.ratio(1, 6)? {
            return Ok(place);
        }
        let at = bytes.choose_index(inside)?;
        place = match place {
            Value::Array(items) => &mut items[at],
            Value::Object(fields) => match fields.values_mut().nth(at) {
                Some(value) => value,
                None => return Err(arbitrary::Error::IncorrectFormat),
            },
            _ => return Err(arbitrary::Error::IncorrectFormat),
        };
    }
}

fn chosen_key(fields: &Map<String, Value>, bytes: &mut Unstructured<'_>) -> Result<String> {
    if fields.is_empty() {
        return Ok(String::new());
    }
    let at = bytes.choose_index(fields.len())?;
    Ok(fields.keys().nth(at).cloned().unwrap_or_default())
}

/// A value that nobody has in mind.
fn hostile(bytes: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match bytes.int_in_range(0..=15_u8)? {
        0 => Value::Null,
        1 => json!(bytes.arbitrary::<bool>()?),
        2 => json!(i64::MIN),
        3 => json!(i64::MAX),
        4 => json!(u32::MAX),
        5 => json!(0),
        6 => json!(-1),
        7 => json!(bytes.arbitrary::<i64>()?),
        8 => json!(bytes.arbitrary::<u16>()?),
        9 => json!(bytes.arbitrary::<&str>()?),
        10 => json!("0000-01-01T00:00:00Z"),
        11 => json!("9999-12-31T23:59:59.999Z"),
        12 => json!([]),
        13 => json!({}),
        14 => json!(""),
        _ => json!(1e300),
    })
}
