//! What the parser has read, and what messages call it.

use super::Id;
use alloc::vec::Vec;

/// What an expression is, as messages call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::told) enum What {
    Attribute,
    Subscript,
    Starred,
    Name,
    List,
    Tuple,
    Lambda,
    Call,
    Operation,
    Generator,
    Yield,
    Await,
    ListComprehension,
    SetComprehension,
    DictComprehension,
    Dict,
    Set,
    FString,
    TString,
    None,
    True,
    False,
    Ellipsis,
    Text,
    Bytes,
    Number,
    /// A comparison, and whether its first operator is `in`.
    Comparison(bool),
    Conditional,
    Named,
    /// `name=value` in a call, and `**value`.
    Keyword,
    Unpacked,
    /// Anything that has no name.
    Other,
}

impl What {
    pub(in crate::told) fn name(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::Subscript => "subscript",
            Self::Starred => "starred",
            Self::Name => "name",
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Lambda => "lambda",
            Self::Call => "function call",
            Self::Operation => "expression",
            Self::Generator => "generator expression",
            Self::Yield => "yield expression",
            Self::Await => "await expression",
            Self::ListComprehension => "list comprehension",
            Self::SetComprehension => "set comprehension",
            Self::DictComprehension => "dict comprehension",
            Self::Dict => "dict literal",
            Self::Set => "set display",
            Self::FString => "f-string expression",
            Self::TString => "t-string expression",
            Self::None => "None",
            Self::True => "True",
            Self::False => "False",
            Self::Ellipsis => "ellipsis",
            Self::Comparison(_) => "comparison",
            Self::Conditional => "conditional expression",
            Self::Named => "named expression",
            _ => "literal",
        }
    }
}

/// What was read: its first and last token, and its parts.
pub(in crate::told) struct Node {
    pub(in crate::told) what: What,
    pub(in crate::told) first: usize,
    pub(in crate::told) last: usize,
    pub(in crate::told) parts: Vec<Id>,
}
