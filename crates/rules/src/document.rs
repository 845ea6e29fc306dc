//! The program as people write it: its JSON Schema, and a reader that names every fault.
//!
//! The reader goes by the schema, and the schema is made from the types: what an editor completes is what
//! is read. Only JSON is read, with one freedom: the field `$schema` at the top, by which editors find the
//! schema, is passed over.

mod duplicates;
pub mod fa;
mod schema;
mod shape;

pub use schema::schema;

use crate::Program;
use crate::validate::{Code, Fault, validate};
use serde_json::Value;
use std::sync::LazyLock;

/// Most bytes of a document.
pub const BYTES_MAX: usize = 1 << 20;

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

/// Reads a program that somebody wrote.
///
/// # Errors
/// All faults: those of its shape, and those of its meaning (see [`validate`]) after them. Where something cannot be
/// read, the rest is judged all the same, by all that a place says by itself; what compares it with other places
/// waits. Text that is no JSON has one fault, with its line and column.
pub fn read(text: &str) -> Result<Program, Vec<Fault>> {
    // Some editors put a mark of the byte order before the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > BYTES_MAX {
        let detail = format!("The document must have at most {BYTES_MAX} bytes.");
        return Err(vec![fault(String::new(), Code::TooLong, detail)]);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| vec![not_json(&error)])?;
    let mut faults = duplicates::faults(text);
    let (shapeless, mends) = shape::faults(&SCHEMA, &value);
    faults.extend(shapeless);
    if !mends.is_empty() {
        faults.extend(of_the_rest(value, &mends));
        return Err(faults);
    }
    match serde_json::from_value::<Program>(value) {
        Ok(program) => {
            faults.extend(validate(&program));
            if faults.is_empty() {
                return Ok(program);
            }
        }
        // The shape's own faults say it better.
        Err(error) if faults.is_empty() => {
            let detail = format!("This is no program: {error}.");
            faults.push(fault(String::new(), Code::WrongType, detail));
        }
        Err(_) => {}
    }
    Err(faults)
}

/// What a document says wrongly beside the places that cannot be read.
fn of_the_rest(mut document: Value, mends: &[shape::Mend]) -> Vec<Fault> {
    for (pointer, least) in mends {
        if let Some(place) = document.pointer_mut(pointer) {
            place.clone_from(least);
            continue;
        }
        let holder = document.pointer_mut(shape::parent(pointer));
        if let Some(fields) = holder.and_then(Value::as_object_mut) {
            let name = pointer.rsplit('/').next().unwrap_or_default();
            fields.insert(name.to_owned(), least.clone());
        }
    }
    let Ok(program) = serde_json::from_value::<Program>(document) else {
        return Vec::new();
    };
    let mut faults = validate(&program);
    faults.retain(|fault| {
        let by_itself = BY_ITSELF.iter().any(|code| code.as_str() == fault.code);
        by_itself && !mends.iter().any(|(place, _)| beside(place, &fault.pointer))
    });
    faults
}

/// Faults that need no look at another place.
const BY_ITSELF: [Code; 14] = [
    Code::TooSmall,
    Code::TooLarge,
    Code::Empty,
    Code::TooLong,
    Code::TooMany,
    Code::BadId,
    Code::BadKey,
    Code::UnknownPlaceholder,
    Code::ControlCharacter,
    Code::BadLanguage,
    Code::BadCurrency,
    Code::BadZone,
    Code::BadLink,
    Code::BadColour,
];

/// Whether a fault could come of what stands in for a place: it is in it, around it, or the end of a range that
/// the place begins.
fn beside(mended: &str, fault: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let ranged = ["retain", "max", "units", "cost"]
        .iter()
        .any(|end| fault.ends_with(end));
    inside(mended, fault)
        || inside(fault, mended)
        || (ranged && shape::parent(mended) == shape::parent(fault))
}

fn not_json(error: &serde_json::Error) -> Fault {
    let (line, column) = (error.line(), error.column());
    let told = error.to_string();
    let what = told.split(" at line ").next().unwrap_or_default();
    if what == "recursion limit exceeded" {
        let detail = format!(
            "Line {line}, column {column}: nothing in a program is nested so deep; close what was opened."
        );
        return fault(String::new(), Code::TooDeep, detail);
    }
    let detail = format!("Line {line}, column {column}: this is no JSON: {what}.");
    fault(String::new(), Code::NotJson, detail)
}

fn fault(pointer: String, code: Code, detail: String) -> Fault {
    Fault {
        pointer,
        code: code.as_str().to_owned(),
        detail,
    }
}

#[cfg(test)]
mod tests;
