//! The module's functions and constants.

use krait_expat::{Encoding, event};
use rustpython_vm::{
    AsObject, Context, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyModuleDef, PyTypeRef},
    class::StaticType,
};

/// The module `pyexpat`.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    pyexpat::module_def(context)
}

/// `ExpatError`.
pub(super) fn error_class() -> PyTypeRef {
    pyexpat::ExpatError::static_type().to_owned()
}

/// The encoding with a name, by XML or else by Python's codecs; none if it is not compatible with
/// an XML declaration.
pub(super) fn encoding(name: &str, vm: &VirtualMachine) -> PyResult<Option<Encoding>> {
    if let Some(known) = Encoding::known(name) {
        return Ok(Some(known));
    }
    let every: PyObjectRef = vm.ctx.new_bytes((0..=u8::MAX).collect()).into();
    let decoded: PyObjectRef = vm.call_method(&every, "decode", (name, "replace"))?;
    let decoded: String = decoded.try_into_value(vm)?;
    let table: Vec<char> = decoded.chars().collect();
    if table.len() != 256 {
        return Err(vm.new_value_error("multi-byte encodings are not supported"));
    }
    let is_markup = |sign: char| !sign.is_control() && !"$@\\^`{}~".contains(sign);
    if ('\0'..='\x7f').any(|sign| is_markup(sign) && table[sign as usize] != sign) {
        return Ok(None);
    }
    Ok(Some(Encoding::of_table(|byte| {
        Some(table[usize::from(byte)]).filter(|found| *found != char::REPLACEMENT_CHARACTER)
    })))
}

/// The encoding that the caller gives to a parser.
pub(super) fn given_encoding(name: &str, vm: &VirtualMachine) -> PyResult<Encoding> {
    let unknown = || vm.new_lookup_error(format!("unknown encoding: {name}"));
    let given = encoding(name, vm)?.ok_or_else(unknown)?;
    Ok(if Encoding::known(name).is_some() { given.at_start() } else { given })
}

#[rustpython_vm::pymodule]
mod pyexpat {
    use super::super::parser::Parser;
    use krait_expat::{ERRORS, Reader};
    use rustpython_vm::{
        AsObject, FromArgs, Py, PyObjectRef, PyPayload, PyResult, TryFromObject, VirtualMachine,
        builtins::{PyException, PyModule, PyTypeRef, PyUtf8StrRef},
        class::PyClassImpl,
        function::OptionalArg,
        pyclass, pyexception,
        types::Constructor,
    };

    #[pyattr(name = "XMLParserType", once)]
    fn parser_class(_vm: &VirtualMachine) -> PyTypeRef {
        Parser::make_static_type()
    }

    #[pyattr]
    const EXPAT_VERSION: &str = "expat_2.6.3";
    #[pyattr(name = "version_info")]
    const VERSION_INFO: (u32, u32, u32) = (2, 6, 3);
    #[pyattr(name = "native_encoding")]
    const NATIVE_ENCODING: &str = "UTF-8";
    #[pyattr]
    const XML_PARAM_ENTITY_PARSING_NEVER: i32 = 0;
    #[pyattr]
    const XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE: i32 = 1;
    #[pyattr]
    const XML_PARAM_ENTITY_PARSING_ALWAYS: i32 = 2;

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        let features = [("sizeof(XML_Char)", 1), ("sizeof(XML_LChar)", 1), ("XML_NS", 0)];
        let features = features.map(|(name, value)| vm.new_pyobj((name, value)));
        module.set_attr("features", vm.ctx.new_list(features.to_vec()), vm)?;
        module.set_attr("ExpatError", ExpatError::class(&vm.ctx).to_owned(), vm)?;
        module.set_attr("model", super::model_constants(vm)?, vm)?;
        module.set_attr("errors", super::errors(vm)?, vm)
    }

    /// What is not well-formed, with its code, line and column.
    #[pyattr(name = "error")]
    #[pyexception(name = "ExpatError", module = "xml.parsers.expat", base = PyException)]
    #[derive(Debug)]
    #[repr(transparent)]
    pub(super) struct ExpatError(PyException);

    #[pyexception]
    impl ExpatError {}

    #[derive(FromArgs)]
    struct ParserCreateArguments {
        #[pyarg(any, default)]
        encoding: Option<PyObjectRef>,
        #[pyarg(any, default)]
        namespace_separator: Option<PyObjectRef>,
        #[pyarg(any, optional)]
        intern: OptionalArg<PyObjectRef>,
    }

    #[pyfunction(name = "ParserCreate")]
    fn parser_create(arguments: ParserCreateArguments, vm: &VirtualMachine) -> PyResult<Parser> {
        let text = |name: &str, value: Option<PyObjectRef>| {
            let given = value.map(|value| {
                if value.fast_isinstance(vm.ctx.types.str_type) {
                    return PyUtf8StrRef::try_from_object(vm, value);
                }
                let kind = value.class().name().to_string();
                Err(vm.new_type_error(format!(
                    "ParserCreate() argument '{name}' must be str or None, not {kind}"
                )))
            });
            given.transpose()
        };
        let encoding = text("encoding", arguments.encoding)?;
        let separator = text("namespace_separator", arguments.namespace_separator)?;
        let separator = separator.map(|separator| separator.to_string());
        if separator.as_ref().is_some_and(|separator| separator.chars().count() > 1) {
            return Err(vm.new_value_error(
                "namespace_separator must be at most one character, omitted, or None",
            ));
        }
        let encoding = encoding.map(|name| super::given_encoding(name.as_str(), vm));
        let intern = arguments.intern.unwrap_or_else(|| vm.ctx.new_dict().into());
        Ok(Parser::new(Reader::new(separator, encoding.transpose()?), intern, vm))
    }

    #[pyfunction(name = "ErrorString")]
    fn error_string(code: i32) -> Option<&'static str> {
        let index = usize::try_from(code).ok()?.checked_sub(1)?;
        ERRORS.get(index).map(|(_, text)| *text)
    }
}

/// The module `pyexpat.model`.
fn model_constants(vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let module = vm.new_module("pyexpat.model", vm.ctx.new_dict(), None);
    for (name, value) in [
        ("XML_CTYPE_EMPTY", event::EMPTY),
        ("XML_CTYPE_ANY", event::ANY),
        ("XML_CTYPE_MIXED", event::MIXED),
        ("XML_CTYPE_NAME", event::NAME),
        ("XML_CTYPE_CHOICE", event::CHOICE),
        ("XML_CTYPE_SEQ", event::SEQUENCE),
        ("XML_CQUANT_NONE", event::ONCE),
        ("XML_CQUANT_OPT", event::OPTIONAL),
        ("XML_CQUANT_REP", event::REPEATED),
        ("XML_CQUANT_PLUS", event::AT_LEAST_ONCE),
    ] {
        module.set_attr(name, vm.ctx.new_int(value), vm)?;
    }
    Ok(module.into())
}

/// The module `pyexpat.errors`.
fn errors(vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let module = vm.new_module("pyexpat.errors", vm.ctx.new_dict(), None);
    let (codes, messages) = (vm.ctx.new_dict(), vm.ctx.new_dict());
    for (index, (name, text)) in krait_expat::ERRORS.into_iter().enumerate() {
        let code = vm.ctx.new_int(index + 1);
        module.set_attr(name, vm.ctx.new_str(text), vm)?;
        codes.set_item(text, code.clone().into(), vm)?;
        messages.set_item(code.as_object(), vm.ctx.new_str(text).into(), vm)?;
    }
    module.set_attr("codes", codes, vm)?;
    module.set_attr("messages", messages, vm)?;
    Ok(module.into())
}
