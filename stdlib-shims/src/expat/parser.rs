//! The Python class of parsers.

use super::{
    handlers::{HANDLERS, Handler},
    module,
};
use krait_expat::{Code, Error, Event, Handled, Limits, Position, Reader, What};
use rustpython_common::lock::{PyMutex, PyRwLock};
use rustpython_vm::{
    AsObject, Context, Py, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, TryFromObject,
    VirtualMachine,
    builtins::{PyBaseExceptionRef, PyGetSet, PyStrRef, PyType, PyUtf8StrRef},
    function::{ArgBytesLike, ArgIntoFloat, Either, OptionalArg},
    pyclass,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many names a parser knows at once.
pub(super) const KNOWN_NAMES: usize = 16;

/// A parser: it calls handlers.
#[pyclass(name = "xmlparser", module = "pyexpat", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct Parser {
    #[pytraverse(skip)]
    reader: PyMutex<Reader>,
    /// By [`Handler`]; None if there is none.
    handlers: PyRwLock<Vec<PyObjectRef>>,
    #[pymember]
    pub(super) intern: PyObjectRef,
    /// Some of the names that are there, by their length: as keys they need not be hashed again.
    pub(super) names: PyRwLock<Vec<PyObjectRef>>,
    /// Characters that were not passed to a handler yet.
    #[pytraverse(skip)]
    text: PyMutex<String>,
    #[pytraverse(skip)]
    buffer_text: AtomicBool,
    #[pytraverse(skip)]
    buffer_size: AtomicUsize,
    #[pytraverse(skip)]
    pub(super) ordered_attributes: AtomicBool,
    #[pytraverse(skip)]
    pub(super) specified_attributes: AtomicBool,
    #[pytraverse(skip)]
    defers: AtomicBool,
    #[pytraverse(skip)]
    is_parsing: AtomicBool,
    #[pytraverse(skip)]
    pub(super) base: PyRwLock<Option<PyStrRef>>,
    #[pytraverse(skip)]
    error_code: AtomicUsize,
    #[pytraverse(skip)]
    has_begun: AtomicBool,
}

impl Parser {
    /// A parser without handlers; `intern` is where it keeps names, None for a dict of its own.
    pub(super) fn new(reader: Reader, intern: PyObjectRef, vm: &VirtualMachine) -> Self {
        Self {
            reader: PyMutex::new(reader),
            handlers: PyRwLock::new(vec![vm.ctx.none(); HANDLERS.len()]),
            intern: if vm.is_none(&intern) { vm.ctx.new_dict().into() } else { intern },
            names: PyRwLock::new(vec![vm.ctx.none(); KNOWN_NAMES]),
            text: PyMutex::default(),
            buffer_text: AtomicBool::new(false),
            buffer_size: AtomicUsize::new(8192),
            ordered_attributes: AtomicBool::new(false),
            specified_attributes: AtomicBool::new(false),
            defers: AtomicBool::new(true),
            is_parsing: AtomicBool::new(false),
            base: PyRwLock::default(),
            error_code: AtomicUsize::new(0),
            has_begun: AtomicBool::new(false),
        }
    }
}

/// An attribute with a part of the parser's position.
type PositionPart = fn(&Parser) -> i64;

/// Attributes with a position, without their prefix.
const POSITIONS: [(&str, PositionPart); 3] = [
    ("LineNumber", |parser| parser.position().line as i64),
    ("ColumnNumber", |parser| parser.position().column as i64),
    ("ByteIndex", Parser::byte),
];

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Parser {
    #[extend_class]
    fn add_attributes(context: &Context, class: &'static Py<PyType>) {
        let add = |name: &str, attribute: PyGetSet| {
            let getset = context.types.getset_type.to_owned();
            let attribute = PyRef::new_ref(attribute, getset, None);
            class.attributes.insert(context.intern_str(name), attribute.into());
        };
        for (index, name) in HANDLERS.into_iter().enumerate() {
            let handler = PyGetSet::new(name, class, context)
                .with_get(move |this: &Py<Self>, _: &VirtualMachine| {
                    this.handlers.read()[index].clone()
                })
                .with_set(move |this: &Py<Self>, handler: PyObjectRef, vm: &VirtualMachine| {
                    if index == Handler::CharacterData as usize {
                        this.flush(vm)?;
                    }
                    this.handlers.write()[index] = handler;
                    Ok::<(), PyBaseExceptionRef>(())
                });
            add(name, handler);
        }
        // An error's position is the parser's position.
        for of in ["Current", "Error"] {
            for (what, part) in POSITIONS {
                let name = format!("{of}{what}");
                let part = move |this: &Py<Self>, _: &VirtualMachine| part(this);
                add(&name, PyGetSet::new(&name, class, context).with_get(part));
            }
        }
    }

    #[pymethod(name = "Parse")]
    fn parse(
        zelf: &Py<Self>,
        data: Either<PyStrRef, ArgBytesLike>,
        is_final: OptionalArg<bool>,
        vm: &VirtualMachine,
    ) -> PyResult<i32> {
        let is_final = is_final.unwrap_or(false);
        match data {
            Either::A(text) => {
                zelf.reader.lock().assume_utf8();
                zelf.feed(text.as_bytes(), is_final, vm)
            }
            Either::B(data) => zelf.feed(&data.borrow_buf(), is_final, vm),
        }
    }

    #[pymethod(name = "ParseFile")]
    fn parse_file(zelf: &Py<Self>, file: PyObjectRef, vm: &VirtualMachine) -> PyResult<i32> {
        const AT_ONCE: usize = 1 << 16;
        if zelf.is_parsing.load(Ordering::Relaxed) {
            return Err(vm.new_runtime_error("cannot call ParseFile() from within a handler"));
        }
        loop {
            let read = vm.call_method(&file, "read", (AT_ONCE,))?;
            let kind = read.class().name().to_string();
            let data = ArgBytesLike::try_from_object(vm, read).map_err(|_| {
                let text = format!("read() did not return a bytes object (type={kind})");
                vm.new_type_error(text)
            })?;
            let is_final = data.borrow_buf().is_empty();
            zelf.feed(&data.borrow_buf(), is_final, vm)?;
            if is_final {
                return Ok(1);
            }
        }
    }

    #[pymethod(name = "SetBase")]
    fn set_base(zelf: &Py<Self>, base: PyStrRef) {
        *zelf.base.write() = Some(base);
    }

    #[pymethod(name = "GetBase")]
    fn get_base(zelf: &Py<Self>) -> Option<PyStrRef> {
        zelf.base.read().clone()
    }

    #[pymethod(name = "GetInputContext")]
    fn input_context(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        if !zelf.is_parsing.load(Ordering::Relaxed) {
            return vm.ctx.none();
        }
        vm.ctx.new_bytes(zelf.reader.lock().context().to_vec()).into()
    }

    #[pymethod(name = "ExternalEntityParserCreate")]
    fn external_entity_parser(
        zelf: &Py<Self>,
        _context: PyObjectRef,
        encoding: OptionalArg<PyUtf8StrRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Parser> {
        let encoding = encoding.into_option().map(|name| module::given_encoding(name.as_str(), vm));
        let reader = zelf.reader.lock().external(encoding.transpose()?);
        let parser = Parser::new(reader, zelf.intern.clone(), vm);
        parser.handlers.write().clone_from(&zelf.handlers.read());
        for (to, from) in [
            (&parser.buffer_text, &zelf.buffer_text),
            (&parser.ordered_attributes, &zelf.ordered_attributes),
            (&parser.specified_attributes, &zelf.specified_attributes),
            (&parser.defers, &zelf.defers),
        ] {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        Ok(parser)
    }

    /// External subsets and parameter entities are never read.
    #[pymethod(name = "SetParamEntityParsing")]
    fn set_parameter_entity_parsing(_zelf: &Py<Self>, _flag: i32) -> i32 {
        1
    }

    #[pymethod(name = "UseForeignDTD")]
    fn use_foreign_dtd(_zelf: &Py<Self>, _flag: OptionalArg<bool>) {}

    /// Nothing is ever deferred. Some events only come earlier.
    #[pymethod(name = "SetReparseDeferralEnabled")]
    fn set_reparse_deferral(zelf: &Py<Self>, enabled: bool) {
        zelf.defers.store(enabled, Ordering::Relaxed);
    }

    #[pymethod(name = "SetBillionLaughsAttackProtectionActivationThreshold")]
    fn set_threshold(zelf: &Py<Self>, threshold: u64, vm: &VirtualMachine) -> PyResult<()> {
        zelf.limits(vm, |limits| limits.threshold = threshold)
    }

    #[pymethod(name = "SetBillionLaughsAttackProtectionMaximumAmplification")]
    fn set_amplification(
        zelf: &Py<Self>,
        max_factor: ArgIntoFloat,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let amplification = max_factor.into_float();
        if amplification.is_nan() || amplification < 1.0 {
            return Err(zelf.refused("'max_factor' must be at least 1.0", vm));
        }
        zelf.limits(vm, |limits| limits.amplification = amplification)
    }

    #[pymethod(name = "GetReparseDeferralEnabled")]
    fn reparse_deferral(zelf: &Py<Self>) -> bool {
        zelf.defers.load(Ordering::Relaxed)
    }

    #[pygetset]
    fn buffer_text(zelf: &Py<Self>) -> bool {
        zelf.buffer_text.load(Ordering::Relaxed)
    }

    #[pygetset(setter)]
    fn set_buffer_text(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let value = value.try_to_bool(vm)?;
        if !value {
            zelf.flush(vm)?;
        }
        zelf.buffer_text.store(value, Ordering::Relaxed);
        Ok(())
    }

    #[pygetset]
    fn buffer_size(zelf: &Py<Self>) -> usize {
        zelf.buffer_size.load(Ordering::Relaxed)
    }

    #[pygetset(setter)]
    fn set_buffer_size(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        if !value.fast_isinstance(vm.ctx.types.int_type) {
            return Err(vm.new_type_error("buffer_size must be an integer"));
        }
        let value: i64 = value.try_to_value(vm)?;
        let Some(size) = usize::try_from(value).ok().filter(|size| *size > 0) else {
            return Err(vm.new_value_error("buffer_size must be greater than zero"));
        };
        zelf.flush(vm)?;
        zelf.buffer_size.store(size, Ordering::Relaxed);
        Ok(())
    }

    #[pygetset]
    fn buffer_used(zelf: &Py<Self>) -> usize {
        zelf.text.lock().len()
    }

    #[pygetset]
    fn namespace_prefixes(zelf: &Py<Self>) -> bool {
        zelf.reader.lock().tells_prefixes()
    }

    #[pygetset(setter)]
    fn set_namespace_prefixes(
        zelf: &Py<Self>,
        value: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        zelf.reader.lock().tell_prefixes(value.try_to_bool(vm)?);
        Ok(())
    }

    #[pygetset]
    fn ordered_attributes(zelf: &Py<Self>) -> bool {
        zelf.ordered_attributes.load(Ordering::Relaxed)
    }

    #[pygetset(setter)]
    fn set_ordered_attributes(
        zelf: &Py<Self>,
        value: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        zelf.ordered_attributes.store(value.try_to_bool(vm)?, Ordering::Relaxed);
        Ok(())
    }

    #[pygetset]
    fn specified_attributes(zelf: &Py<Self>) -> bool {
        zelf.specified_attributes.load(Ordering::Relaxed)
    }

    #[pygetset(setter)]
    fn set_specified_attributes(
        zelf: &Py<Self>,
        value: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        zelf.specified_attributes.store(value.try_to_bool(vm)?, Ordering::Relaxed);
        Ok(())
    }

    #[pygetset(name = "ErrorCode")]
    fn error_code(zelf: &Py<Self>) -> usize {
        zelf.error_code.load(Ordering::Relaxed)
    }

    fn position(&self) -> Position {
        self.reader.lock().position()
    }

    fn byte(&self) -> i64 {
        if self.has_begun.load(Ordering::Relaxed) { self.reader.lock().offset() as i64 } else { -1 }
    }

    /// Changes the limits of entity expansion; only for the whole document.
    fn limits(&self, vm: &VirtualMachine, change: impl FnOnce(&mut Limits)) -> PyResult<()> {
        let is_part = {
            let mut reader = self.reader.lock();
            if !reader.is_part() {
                change(&mut reader.limits);
            }
            reader.is_part()
        };
        if is_part { Err(self.refused("parser must be a root parser", vm)) } else { Ok(()) }
    }

    fn feed(&self, data: &[u8], is_final: bool, vm: &VirtualMachine) -> PyResult<i32> {
        if self.is_parsing.swap(true, Ordering::Relaxed) {
            return Err(vm.new_runtime_error("cannot call Parse() from within a handler"));
        }
        self.has_begun.store(true, Ordering::Relaxed);
        let fed = self.reader.lock().feed(data, is_final);
        let told = match fed {
            Ok(()) => self.tell_all(vm),
            Err(error) => Err(self.raised(error, vm)),
        };
        self.is_parsing.store(false, Ordering::Relaxed);
        told.and_then(|()| self.flush(vm)).map(|()| 1)
    }

    /// Passes the available events to the handlers.
    fn tell_all(&self, vm: &VirtualMachine) -> PyResult<()> {
        loop {
            let next = {
                let handlers = self.handlers.read();
                let has = |handler: Handler| !vm.is_none(&handlers[handler as usize]);
                let mut reader = self.reader.lock();
                reader.keeps_raw = has(Handler::Default) || has(Handler::DefaultExpand);
                reader.handled = Handled {
                    start: has(Handler::StartElement),
                    end: has(Handler::EndElement),
                    characters: has(Handler::CharacterData),
                };
                reader.expands = has(Handler::DefaultExpand) || !has(Handler::Default);
                reader.next_event()
            };
            match next {
                Ok(Some(event)) => self.tell(event, vm).inspect_err(|_| {
                    // After an exception, no handler is called any more.
                    self.handlers.write().fill(vm.ctx.none());
                    self.text.lock().clear();
                })?,
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.flush(vm)?;
                    return Err(self.raised(error, vm));
                }
            }
        }
    }

    fn tell(&self, event: Event, vm: &VirtualMachine) -> PyResult<()> {
        let function = Handler::of(&event.what).and_then(|handler| self.handler(handler, vm));
        match event.what {
            What::UnknownEncoding(name) => {
                let found = module::encoding(&name, vm);
                let (encoding, told) = match found {
                    Ok(encoding) => (encoding, Ok(())),
                    Err(error) => (None, Err(error)),
                };
                self.reader.lock().set_encoding(encoding);
                return told;
            }
            What::Characters(text) if function.is_some() => return self.characters(&text, vm),
            // Only their existence is reported.
            What::Markup(_) if function.is_some() => return Ok(()),
            What::Entity { notation: Some(_), .. } => {
                let unparsed = self.handler(Handler::UnparsedEntityDecl, vm);
                let is_unparsed = unparsed.is_some();
                let Some(function) = unparsed.or(function) else { return Ok(()) };
                let arguments = self.arguments(event.what, is_unparsed, vm)?;
                self.flush(vm)?;
                return function.call(arguments, vm).map(drop);
            }
            _ => {}
        }
        let Some(function) = function else {
            let default = self.handler(Handler::DefaultExpand, vm);
            let default = default.or_else(|| self.handler(Handler::Default, vm));
            if let (Some(default), Some(raw)) = (default, event.raw.filter(|raw| !raw.is_empty())) {
                self.flush(vm)?;
                default.call((raw,), vm)?;
            }
            return Ok(());
        };
        let refusal = match event.what {
            What::NotStandalone => Some(Code::NotStandalone),
            What::ExternalEntity { .. } => Some(Code::ExternalEntityHandling),
            _ => None,
        };
        let arguments = self.arguments(event.what, false, vm)?;
        self.flush(vm)?;
        let answer = function.call(arguments, vm)?;
        if let Some(code) = refusal
            && !answer.try_to_bool(vm)?
        {
            self.reader.lock().refuse(code);
        }
        Ok(())
    }

    fn handler(&self, handler: Handler, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let function = self.handlers.read()[handler as usize].clone();
        (!vm.is_none(&function)).then_some(function)
    }

    fn characters(&self, text: &str, vm: &VirtualMachine) -> PyResult<()> {
        let size = match self.buffer_text.load(Ordering::Relaxed) {
            true => self.buffer_size.load(Ordering::Relaxed),
            false => 0,
        };
        if self.text.lock().len() + text.len() > size {
            self.flush(vm)?;
        }
        self.text.lock().push_str(text);
        if text.len() > size {
            self.flush(vm)?;
        }
        Ok(())
    }

    /// Passes the kept characters to the handler.
    fn flush(&self, vm: &VirtualMachine) -> PyResult<()> {
        let text = std::mem::take(&mut *self.text.lock());
        if text.is_empty() {
            return Ok(());
        }
        match self.handler(Handler::CharacterData, vm) {
            Some(function) => function.call((text,), vm).map(drop),
            None => Ok(()),
        }
    }

    fn raised(&self, error: Error, vm: &VirtualMachine) -> PyBaseExceptionRef {
        self.error_code.store(error.code as usize, Ordering::Relaxed);
        let Position { line, column, .. } = self.position();
        let text = error.code.text();
        self.error(error.code as usize, format!("{text}: line {line}, column {column}"), vm)
    }

    /// An argument that is none.
    fn refused(&self, text: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
        const INVALID_ARGUMENT: usize = 41;
        self.error(INVALID_ARGUMENT, text.to_owned(), vm)
    }

    fn error(&self, code: usize, text: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let Position { line, column, .. } = self.position();
        let raised = vm.new_exception_msg(module::error_class(), text.into());
        let facts = [("code", code), ("lineno", line), ("offset", column)];
        for (name, value) in facts {
            if let Err(error) = raised.as_object().set_attr(name, vm.ctx.new_int(value), vm) {
                return error;
            }
        }
        raised
    }
}
