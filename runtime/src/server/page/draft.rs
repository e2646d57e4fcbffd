//! What the form that invokes holds.

use crate::{
    contract::{
        events::{self, TriggerEvent},
        http::decoded_path,
    },
    platform::store::FunctionKey,
};

/// A call that is being prepared.
pub(super) struct Draft {
    pub function: Option<FunctionKey>,
    /// The trigger whose event is chosen as a template.
    pub trigger: Option<&'static TriggerEvent>,
    /// The event's text, as it was filled in or edited.
    pub event: String,
    /// The button was the one that fills in the template.
    pub only_fills: bool,
}

impl Draft {
    /// Of `?function=NAMESPACE/NAME&event=TRIGGER`, both of which may be left out.
    pub(super) fn of_query(query: &str) -> Self {
        let mut draft = Self::of_fields(query);
        draft.fill();
        draft
    }

    /// Of the form, as a browser sends it.
    pub(super) fn of_form(form: &str) -> Self {
        let mut draft = Self::of_fields(form);
        if draft.only_fills {
            draft.fill();
        }
        draft
    }

    fn of_fields(fields: &str) -> Self {
        let mut draft =
            Self { function: None, trigger: None, event: String::new(), only_fills: false };
        for field in fields.split('&') {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            let value = decoded_path(&value.replace('+', " ")).into_owned();
            match name {
                "function" => draft.function = key(&value),
                "event" => draft.trigger = events::named(&value),
                "text" => draft.event = value,
                "do" => draft.only_fills = value == "fill",
                _ => {}
            }
        }
        draft
    }

    fn fill(&mut self) {
        self.event = self.trigger.map_or("{}\n", |trigger| trigger.text).to_owned();
    }
}

/// A function as the form names it.
pub(super) fn value(key: &FunctionKey) -> String {
    format!("{}/{}", key.namespace, key.name)
}

fn key(value: &str) -> Option<FunctionKey> {
    let (namespace, name) = value.split_once('/')?;
    Some(FunctionKey { namespace: namespace.to_owned(), name: name.to_owned() })
}
