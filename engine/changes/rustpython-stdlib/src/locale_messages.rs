//! `locale`: what the locale calls things, and messages, which no locale here translates.

#[pymodule(sub, name = "_locale")]
pub(crate) mod locale_messages {
    use crate::vm::{
        PyObjectRef, PyRef, PyResult, VirtualMachine,
        builtins::{PyStr, PyStrRef},
        ospath::OsPath,
    };
    use std::{
        collections::HashMap,
        ffi::{CStr, OsString},
        sync::{LazyLock, Mutex, PoisonError},
    };

    /// What a domain was bound to: its folder, and its encoding.
    #[derive(Default)]
    struct Binding {
        folder: Option<OsString>,
        encoding: Option<String>,
    }

    #[derive(Default)]
    struct Domains {
        current: Option<String>,
        bound: HashMap<String, Binding>,
    }

    static DOMAINS: LazyLock<Mutex<Domains>> = LazyLock::new(Mutex::default);

    fn domains() -> std::sync::MutexGuard<'static, Domains> {
        DOMAINS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn whole(text: &PyStr, vm: &VirtualMachine) -> PyResult<String> {
        if text.as_bytes().contains(&0) {
            return Err(vm.new_value_error("embedded null character"));
        }
        Ok(text.to_string())
    }

    fn optional(text: Option<PyStrRef>, vm: &VirtualMachine) -> PyResult<Option<String>> {
        text.map(|text| whole(&text, vm)).transpose()
    }

    #[pyfunction]
    fn gettext(msg: PyStrRef, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        whole(&msg, vm)?;
        Ok(msg)
    }

    #[pyfunction]
    fn dgettext(domain: Option<PyStrRef>, msg: PyStrRef, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        optional(domain, vm)?;
        gettext(msg, vm)
    }

    #[pyfunction]
    fn dcgettext(
        domain: Option<PyStrRef>,
        msg: PyStrRef,
        _category: i32,
        vm: &VirtualMachine,
    ) -> PyResult<PyStrRef> {
        dgettext(domain, msg, vm)
    }

    #[pyfunction]
    fn textdomain(domain: Option<PyStrRef>, vm: &VirtualMachine) -> PyResult<String> {
        let domain = optional(domain, vm)?;
        let mut domains = domains();
        if let Some(domain) = domain {
            domains.current = Some(domain).filter(|each| !each.is_empty());
        }
        Ok(domains.current.clone().unwrap_or_else(|| "messages".to_owned()))
    }

    fn named(domain: &PyStr, vm: &VirtualMachine) -> PyResult<String> {
        let domain = whole(domain, vm)?;
        if domain.is_empty() {
            let error = super::super::locale::error_type(vm);
            return Err(vm.new_exception_msg(error, "domain must be a non-empty string".into()));
        }
        Ok(domain)
    }

    #[pyfunction]
    fn bindtextdomain(
        domain: PyStrRef,
        dir: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<PyStrRef> {
        let domain = named(&domain, vm)?;
        let folder = dir.map(|dir| OsPath::try_from_fspath(dir, vm)).transpose()?;
        let mut domains = domains();
        let bound = domains.bound.entry(domain).or_default();
        if let Some(folder) = folder {
            bound.folder = Some(folder.path);
        }
        let folder = bound.folder.clone();
        Ok(vm.fsdecode(folder.unwrap_or_else(|| "/usr/share/locale".into())))
    }

    #[pyfunction]
    fn bind_textdomain_codeset(
        domain: PyStrRef,
        codeset: Option<PyStrRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<String>> {
        let (domain, encoding) = (whole(&domain, vm)?, optional(codeset, vm)?);
        let mut domains = domains();
        let bound = domains.bound.entry(domain).or_default();
        if encoding.is_some() {
            bound.encoding = encoding;
        }
        Ok(bound.encoding.clone())
    }

    /// The numbers that `nl_langinfo` takes: from the first to the last of each range, in glibc's numbering.
    const KNOWN: [(i32, i32); 7] = [
        (libc::ABDAY_1, libc::MON_12),
        (libc::AM_STR, libc::PM_STR),
        (libc::D_T_FMT, libc::T_FMT_AMPM),
        (libc::ERA, libc::ERA_T_FMT),
        (libc::CODESET, libc::CODESET),
        (libc::RADIXCHAR, libc::THOUSEP),
        (libc::YESEXPR, libc::NOEXPR),
    ];

    #[pyfunction]
    fn nl_langinfo(key: i32, vm: &VirtualMachine) -> PyResult<String> {
        let known = KNOWN.iter().any(|(first, last)| (*first..=*last).contains(&key));
        if !known && key != libc::CRNCYSTR {
            return Err(vm.new_value_error("unsupported langinfo constant"));
        }
        if key == libc::CODESET {
            return Ok("UTF-8".to_owned());
        }
        // SAFETY: the C library gives a text of its own, which stays until the locale is set anew.
        let text = unsafe { CStr::from_ptr(libc::nl_langinfo(key)) };
        Ok(text.to_string_lossy().into_owned())
    }
}
