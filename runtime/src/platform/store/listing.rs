//! Lists: filters become conditions, and the result is a page of the rows that fulfil them.

use rusqlite::{Connection, Row, ToSql, params_from_iter, types::Value};

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many rows are skipped.
    pub offset: u32,
    /// The largest number of rows.
    pub limit: u32,
}

/// Conditions that must all be fulfilled.
#[derive(Default)]
pub(super) struct Conditions {
    texts: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds the condition `text`, which has a question mark for the value, if there is a value.
    pub(super) fn with(&mut self, text: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.texts.push(text.to_owned());
            self.values.push(value.into());
        }
    }

    /// Adds the condition that `column` is one of `values`, if there are any.
    pub(super) fn one_of(
        &mut self,
        column: &str,
        values: impl IntoIterator<Item = impl Into<Value>>,
    ) {
        let before = self.values.len();
        self.values.extend(values.into_iter().map(Into::into));
        let places = vec!["?"; self.values.len() - before].join(", ");
        if !places.is_empty() {
            self.texts.push(format!("{column} IN ({places})"));
        }
    }

    /// A page of the rows of `table` that fulfil all, in the order of `order`, and how many
    /// there are in all.
    pub(super) fn page<T>(
        &self,
        connection: &Connection,
        table: &str,
        order: &str,
        page: Page,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<(Vec<T>, u64)> {
        let filter = match self.texts.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", self.texts.join(" AND ")),
        };
        let count = format!("SELECT count(*) FROM {table} {filter}");
        let total: i64 = connection
            .prepare_cached(&count)?
            .query_row(params_from_iter(&self.values), |row| row.get(0))?;
        let text = format!("SELECT * FROM {table} {filter} ORDER BY {order} LIMIT ? OFFSET ?");
        let bounds: [&dyn ToSql; 2] = [&page.limit, &page.offset];
        let values = self.values.iter().map(|value| value as &dyn ToSql).chain(bounds);
        let rows = connection
            .prepare_cached(&text)?
            .query_map(params_from_iter(values), read)?
            .collect::<rusqlite::Result<_>>()?;
        Ok((rows, total.unsigned_abs()))
    }
}
