//! The arguments of handlers: Python objects for the parts of a document.

use super::parser::{KNOWN_NAMES, Parser};
use krait_expat::{What, event::Model};
use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr},
};
use std::sync::atomic::Ordering;

impl Parser {
    /// The arguments for the handler of `what`. `is_unparsed` selects the handler for entities that
    /// are not XML.
    pub(super) fn arguments(
        &self,
        what: What,
        is_unparsed: bool,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<PyObjectRef>> {
        let text = |text: String| -> PyObjectRef { vm.ctx.new_str(text).into() };
        let name = |name: String| self.interned(name, vm);
        let maybe = |text: Option<String>| match text {
            Some(text) => self.interned(text, vm),
            None => Ok(vm.ctx.none()),
        };
        let base = || self.base.read().clone().map_or(vm.ctx.none(), Into::into);
        let flag = |flag: bool| -> PyObjectRef { vm.ctx.new_int(i32::from(flag)).into() };
        Ok(match what {
            What::XmlDeclaration { version, encoding, standalone } => {
                let standalone = standalone.map_or(-1, i32::from);
                vec![maybe(version)?, maybe(encoding)?, vm.ctx.new_int(standalone).into()]
            }
            What::StartElement { name: element, mut attributes, specified } => {
                if self.specified_attributes.load(Ordering::Relaxed) {
                    attributes.truncate(specified);
                }
                let told = if self.ordered_attributes.load(Ordering::Relaxed) {
                    let mut told = Vec::with_capacity(attributes.len() * 2);
                    for (attribute, value) in attributes {
                        told.extend([name(attribute)?, text(value)]);
                    }
                    vm.ctx.new_list(told).into()
                } else {
                    let told = vm.ctx.new_dict();
                    for (attribute, value) in attributes {
                        told.set_item(&*name(attribute)?, text(value), vm)?;
                    }
                    told.into()
                };
                vec![name(element)?, told]
            }
            What::EndElement(element) => vec![name(element)?],
            What::StartNamespace(prefix, uri) => vec![maybe(prefix)?, maybe(uri)?],
            What::EndNamespace(prefix) => vec![maybe(prefix)?],
            What::Characters(characters) => vec![text(characters)],
            What::StartCdata | What::EndCdata | What::EndDoctype | What::NotStandalone => {
                Vec::new()
            }
            What::Comment(comment) => vec![text(comment)],
            What::Instruction { target, data } => vec![name(target)?, text(data)],
            What::SkippedEntity(entity) => vec![name(entity)?, flag(false)],
            What::ExternalEntity { name: entity, ids } => {
                vec![text(entity), base(), maybe(ids.system)?, maybe(ids.public)?]
            }
            What::StartDoctype { name: doctype, ids, has_internal_subset } => {
                let internal = flag(has_internal_subset);
                vec![name(doctype)?, maybe(ids.system)?, maybe(ids.public)?, internal]
            }
            What::Entity { name: entity, is_parameter, value, ids, notation } => {
                let mut told = vec![name(entity)?];
                if !is_unparsed {
                    told.extend([flag(is_parameter), value.map_or(vm.ctx.none(), text)]);
                }
                told.extend([base(), maybe(ids.system)?, maybe(ids.public)?, maybe(notation)?]);
                told
            }
            What::Notation { name: notation, ids } => {
                vec![name(notation)?, base(), maybe(ids.system)?, maybe(ids.public)?]
            }
            What::Element { name: element, model: found } => {
                vec![name(element)?, model(found, vm)]
            }
            What::Attribute { element, name: attribute, kind, default, required } => {
                let default = maybe(default)?;
                vec![name(element)?, name(attribute)?, name(kind)?, default, flag(required)]
            }
            What::Markup(_) | What::UnknownEncoding(_) => Vec::new(),
        })
    }

    /// A name as an object. `intern` keeps one object for each name.
    fn interned(&self, name: String, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let Some(intern) = self.intern.downcast_ref::<PyDict>() else {
            return Ok(vm.ctx.new_str(name).into());
        };
        let place = name.len() % KNOWN_NAMES;
        let known = self.names.read()[place].clone();
        let known = known.downcast_ref_if_exact::<PyStr>(vm);
        let known = known.filter(|known| known.as_bytes() == name.as_bytes());
        let found = match known {
            Some(known) => intern.get_item_opt(known, vm)?,
            None => intern.get_item_opt(name.as_str(), vm)?,
        };
        if let Some(found) = found {
            if known.is_none() {
                self.names.write()[place] = found.clone();
            }
            return Ok(found);
        }
        let name: PyObjectRef = vm.ctx.new_str(name).into();
        intern.set_item(&*name, name.clone(), vm)?;
        Ok(name)
    }
}

/// An element's content model, as nested tuples.
fn model(found: Model, vm: &VirtualMachine) -> PyObjectRef {
    let children = found.children.into_iter().map(|child| model(child, vm)).collect();
    let name = found.name.map_or(vm.ctx.none(), |name| vm.ctx.new_str(name).into());
    let children = vm.ctx.new_tuple(children).into();
    let numbers = [found.kind, found.quantifier].map(|number| vm.ctx.new_int(number).into());
    let [kind, quantifier] = numbers;
    vm.ctx.new_tuple(vec![kind, quantifier, name, children]).into()
}
