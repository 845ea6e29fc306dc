//! The fields of a line as what they tell.

use super::lines::{Fields, Line, without_nul};
use super::{Kind, columns};
use crate::body;
use crate::problem::Error;
use rules::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) fn json_line(kind: Kind, text: &str) -> Result<Line, Error> {
    without_nul(text)?;
    let fields: Fields = body::read(text)?;
    if kind != Kind::History {
        return typed(kind, fields);
    }
    let mut named = fields.into_iter();
    let (Some((name, Value::Object(fields))), None) = (named.next(), named.next()) else {
        return Err(unknown_line());
    };
    let kind = match name.as_str() {
        "member" => Kind::Members,
        "order" => Kind::Orders,
        "refund" => Kind::Refunds,
        "redemption" => Kind::Redemptions,
        "adjustment" => Kind::Adjustments,
        _ => return Err(unknown_line()),
    };
    typed(kind, fields)
}

fn unknown_line() -> Error {
    Error::invalid(
        "",
        "unknown_line",
        "A line is one of {\"member\": {…}}, {\"order\": {…}}, {\"refund\": {…}}, {\"redemption\": {…}}, \
         {\"adjustment\": {…}}; a file of one kind needs that kind named.",
    )
}

pub(super) fn typed(kind: Kind, mut fields: Fields) -> Result<Line, Error> {
    fields.retain(|name, _| !columns::is_told(kind, name));
    Ok(match kind {
        Kind::Members => {
            let id = id_of(&mut fields, "external_id")?;
            Line::Member(id, read(fields)?)
        }
        Kind::Orders => {
            let id = id_of(&mut fields, "order_id")?;
            let at = at_of(&mut fields)?;
            Line::Order(id, read(fields)?, at)
        }
        Kind::Refunds => {
            let id = id_of(&mut fields, "order_id")?;
            let at = at_of(&mut fields)?;
            Line::Refund(id, read(fields)?, at)
        }
        Kind::Redemptions => Line::Redemption(read(fields)?),
        Kind::Adjustments => Line::Adjustment(read(fields)?),
        Kind::History => return Err(unknown_line()),
    })
}

fn id_of(fields: &mut Fields, name: &str) -> Result<String, Error> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Error::invalid(
            format!("/{name}"),
            "invalid",
            format!("{name} is a text."),
        )),
        None => Err(Error::invalid(
            format!("/{name}"),
            "missing",
            format!("{name} is missing."),
        )),
    }
}

fn at_of(fields: &mut Fields) -> Result<Option<Timestamp>, Error> {
    let Some(at) = fields.remove("at") else {
        return Ok(None);
    };
    serde_json::from_value(at)
        .map_err(|error| Error::invalid("/at", "invalid", format!("{error}.")))
}

fn read<T: DeserializeOwned>(fields: Fields) -> Result<T, Error> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        let pointer = body::pointer(error.path());
        Error::invalid(pointer, "invalid", format!("{}.", error.inner()))
    })
}
