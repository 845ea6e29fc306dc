//! Exports: a table in pages, each one read of its own, in the order of its key.
//!
//! A row that was there from the first page to the last is told once; one that came or went meanwhile is told or
//! not. Nothing but one page is ever held.

use super::cells::{cell, row};
use super::tables::{self, Spec, Table, before_all};
use super::{Format, history};
use crate::club::Club;
use crate::problem::{Error, Result};
use crate::state::State;
use rules::Timestamp;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Rows on a page.
const PAGE: i64 = 500;

type Fields = Map<String, Value>;

/// What is exported, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    /// What.
    pub table: Table,
    /// How it is written.
    pub format: Format,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

impl Export {
    /// An export.
    ///
    /// # Errors
    /// 422 for a mixed table as CSV, and for a time that ends before it begins.
    pub fn new(
        table: Table,
        format: Format,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Self> {
        if table == Table::History && format == Format::Csv {
            return Err(Error::invalid(
                "/format",
                "not_as_csv",
                "A history mixes kinds of lines; ask for ndjson.",
            ));
        }
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(Error::invalid(
                "/to",
                "out_of_range",
                "It ends before it begins.",
            ));
        }
        Ok(Self {
            table,
            format,
            from,
            to,
        })
    }

    pub(super) fn bounds(&self) -> (i64, i64) {
        let from = self.from.map_or(i64::MIN, |from| from.0);
        (from, self.to.map_or(i64::MAX, |to| to.0))
    }
}

/// How far an export has come.
#[derive(Clone, Debug, Default)]
pub struct Exported {
    /// The key of the last row that was told; none before the first page.
    after: Option<Vec<store::Value>>,
    /// All is told.
    done: bool,
}

/// The next page, as bytes; none after the last.
///
/// # Errors
/// When the database fails.
pub async fn page(
    state: &State,
    tenant: &str,
    export: Export,
    at: &mut Exported,
) -> Result<Option<Vec<u8>>> {
    if at.done {
        return Ok(None);
    }
    let first = at.after.is_none();
    let input = (export, at.after.take());
    let (after, mut bytes) = state
        .read(tenant, input, |club, (export, after)| {
            Box::pin(read(club, export, after.clone()))
        })
        .await?;
    at.done = after.is_none();
    at.after = after;
    if first && export.format == Format::Csv {
        let names = columns(export.table);
        let mut all = row(names.into_iter().map(Cow::Borrowed));
        all.append(&mut bytes);
        bytes = all;
    }
    Ok(Some(bytes))
}

/// The names in the first row.
fn columns(table: Table) -> Vec<&'static str> {
    let spec = match table {
        Table::Members => tables::MEMBERS.columns,
        Table::Orders => {
            let whole = tables::ORDERS.columns.iter().map(|(name, _)| *name);
            return whole.filter(|name| *name != "items").chain(LINE).collect();
        }
        Table::Refunds => tables::REFUNDS.columns,
        Table::Redemptions => tables::REDEMPTIONS.columns,
        Table::Entries => tables::ENTRIES.columns,
        Table::Responses => tables::RESPONSES.columns,
        Table::Complaints => tables::COMPLAINTS.columns,
        Table::Audit => tables::AUDIT.columns,
        Table::History => &[],
    };
    spec.iter().map(|(name, _)| *name).collect()
}

/// The columns of a line of an order.
const LINE: [&str; 5] = ["sku", "category", "quantity", "unit_price", "discount"];

type Page = (Option<Vec<store::Value>>, Vec<u8>);

async fn read(club: &mut Club, export: &Export, after: Option<Vec<store::Value>>) -> Result<Page> {
    match export.table {
        Table::Members => plain(club, export, after, &tables::MEMBERS).await,
        Table::Orders => orders(club, export, after).await,
        Table::Refunds => plain(club, export, after, &tables::REFUNDS).await,
        Table::Redemptions => plain(club, export, after, &tables::REDEMPTIONS).await,
        Table::Entries => plain(club, export, after, &tables::ENTRIES).await,
        Table::Responses => plain(club, export, after, &tables::RESPONSES).await,
        Table::Complaints => plain(club, export, after, &tables::COMPLAINTS).await,
        Table::Audit => plain(club, export, after, &tables::AUDIT).await,
        Table::History => history::page(club, export, after).await,
    }
}

type Rows = Vec<(Vec<store::Value>, Fields)>;

async fn rows<const N: usize>(
    club: &mut Club,
    export: &Export,
    after: Option<Vec<store::Value>>,
    spec: &Spec<N>,
) -> Result<Rows> {
    let (from, to) = export.bounds();
    let mut query = club.query(spec.sql);
    for value in after.unwrap_or_else(|| before_all(spec.key)) {
        query = query.bind(value);
    }
    let rows: Vec<tables::Cells<N>> = query
        .bind(from)
        .bind(to)
        .bind(PAGE)
        .fetch_all(&mut club.tx)
        .await?;
    rows.into_iter().map(|cells| spec.row(cells)).collect()
}

/// Where the next page begins, if there is one.
fn next(rows: &Rows) -> Option<Vec<store::Value>> {
    let full = rows.len() as i64 == PAGE;
    rows.last().filter(|_| full).map(|(key, _)| key.clone())
}

async fn plain<const N: usize>(
    club: &mut Club,
    export: &Export,
    after: Option<Vec<store::Value>>,
    spec: &Spec<N>,
) -> Result<Page> {
    let rows = rows(club, export, after, spec).await?;
    let next = next(&rows);
    let names = columns(export.table);
    let mut bytes = Vec::new();
    for (_, fields) in rows {
        write(&mut bytes, export.format, &names, fields)?;
    }
    Ok((next, bytes))
}

/// One row: of JSON without what is absent.
fn write(
    bytes: &mut Vec<u8>,
    format: Format,
    names: &[&'static str],
    mut fields: Fields,
) -> Result<()> {
    match format {
        Format::Csv => {
            let cells = names
                .iter()
                .map(|name| Cow::Owned(cell(fields.get(*name).unwrap_or(&Value::Null))));
            bytes.append(&mut row(cells));
        }
        Format::Ndjson => {
            fields.retain(|_, value| !value.is_null());
            serde_json::to_writer(&mut *bytes, &fields)?;
            bytes.push(b'\n');
        }
    }
    Ok(())
}

async fn orders(
    club: &mut Club,
    export: &Export,
    after: Option<Vec<store::Value>>,
) -> Result<Page> {
    let rows = rows(club, export, after, &tables::ORDERS).await?;
    let next = next(&rows);
    let id = |row: Option<&(Vec<store::Value>, Fields)>| {
        row.and_then(|(_, fields)| fields["order_id"].as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let coupons = coupons(club, &id(rows.first()), &id(rows.last())).await?;
    let names = columns(Table::Orders);
    let mut bytes = Vec::new();
    for (_, mut fields) in rows {
        let codes = fields["order_id"].as_str().and_then(|id| coupons.get(id));
        fields["coupons"] = json!(codes.map_or(&[][..], Vec::as_slice));
        let lines = lines_of(fields.remove("items").unwrap_or_default())?;
        if export.format == Format::Ndjson {
            fields.insert("items".to_owned(), Value::Array(lines));
            write(&mut bytes, export.format, &names, fields)?;
            continue;
        }
        // A row for each line; what is said of the whole order stands on the first.
        let mut lines = lines.into_iter();
        let order = json!({ "order_id": fields["order_id"] });
        let mut first = Some(fields);
        loop {
            let line = lines.next();
            if line.is_none() && first.is_none() {
                break;
            }
            let whole = first.take();
            let mut cells = whole.unwrap_or_else(|| order.as_object().cloned().unwrap_or_default());
            if let Some(Value::Object(line)) = line {
                cells.extend(line);
            }
            write(&mut bytes, export.format, &names, cells)?;
        }
    }
    Ok((next, bytes))
}

/// The lines of an order as its report tells them: from the net price that is kept, a price of one and what is
/// taken off, so that the net comes out the same to the minor unit.
pub(super) fn lines_of(items: Value) -> Result<Vec<Value>> {
    let items: Vec<crate::books::Item> = serde_json::from_value(items)?;
    let line = |(sku, category, quantity, net): crate::books::Item| {
        let pieces = i64::from(quantity).max(1);
        let price = net.div_euclid(pieces) + i64::from(net.rem_euclid(pieces) > 0);
        let mut line = json!({
            "sku": sku, "quantity": quantity, "unit_price": price, "discount": price * pieces - net,
        });
        if let Some(category) = category {
            line["category"] = category.into();
        }
        line
    };
    Ok(items.into_iter().map(line).collect())
}

/// Codes of the coupons that orders from one to another used, by order.
async fn coupons(
    club: &mut Club,
    first: &str,
    last: &str,
) -> Result<BTreeMap<String, Vec<String>>> {
    let rows: Vec<(String, String)> = club
        .query(
            "SELECT order_id, code FROM redemptions
             WHERE tenant = $1 AND order_id >= $2 AND order_id <= $3 AND order_id IS NOT NULL AND state = 'used'
             ORDER BY order_id, at, redemption",
        )
        .bind(first)
        .bind(last)
        .fetch_all(&mut club.tx)
        .await?;
    let mut coupons = BTreeMap::<_, Vec<_>>::new();
    for (order, code) in rows {
        coupons.entry(order).or_default().push(code);
    }
    Ok(coupons)
}
