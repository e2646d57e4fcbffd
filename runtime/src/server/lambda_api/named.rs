//! Which function a request names, and which version of it.

use super::{VERSION, errors::LambdaError};
use crate::{
    contract::{Function, http::decoded_path},
    platform::store::FunctionKey,
};

/// The version that is meant where none is named.
const LATEST: &str = "$LATEST";

/// A function, and one of its versions.
pub(super) struct Named {
    pub key: FunctionKey,
    pub qualifier: String,
    /// Whether the caller named the version.
    is_qualified: bool,
}

impl Named {
    /// Reads `/2015-03-31/functions/NAME/invocations`, and the query's `Qualifier`. NAME is a name,
    /// `ACCOUNT:function:NAME` or a whole ARN, and may have a version at its end.
    ///
    /// # Errors
    /// When the path is another, or the version is named twice and is not the same.
    pub(super) fn read(path: &str, query: &str) -> Result<Self, LambdaError> {
        let name = path
            .strip_prefix(VERSION)
            .and_then(|rest| rest.strip_prefix("functions/"))
            .and_then(|rest| rest.strip_suffix("/invocations"))
            .filter(|name| !name.is_empty() && !name.contains('/'))
            .ok_or_else(LambdaError::no_such_operation)?;
        let name = decoded_path(name);
        let parts: Vec<&str> = name.split(':').collect();
        let (name, own) = match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", name @ ..]
            | [_, "function", name @ ..]
            | name => match name {
                [name] => (*name, None),
                [name, qualifier] => (*name, Some(*qualifier)),
                _ => return Err(LambdaError::no_function_name(&name.join(":"))),
            },
        };
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("Qualifier="));
        let asked = asked.filter(|asked| !asked.is_empty()).map(decoded_path);
        if let (Some(own), Some(asked)) = (own, &asked)
            && own != &**asked
        {
            return Err(LambdaError::other_qualifier());
        }
        let qualifier = asked.map(|asked| asked.into_owned()).or_else(|| own.map(str::to_owned));
        Ok(Self {
            key: FunctionKey { namespace: "default".to_owned(), name: name.to_owned() },
            is_qualified: qualifier.is_some(),
            qualifier: qualifier.unwrap_or_else(|| LATEST.to_owned()),
        })
    }

    /// The function's name, as errors have it.
    pub(super) fn arn(&self) -> String {
        let Function { region, appid, .. } = Function::default();
        let qualifier =
            if self.is_qualified { format!(":{}", self.qualifier) } else { String::new() };
        format!("arn:aws:lambda:{region}:{appid}:function:{}{qualifier}", self.key.name)
    }
}
