//! The user's folder of snapshots, for programs that have none attached.

use super::{Place, Refusal, Unfit, program};
use std::{
    env,
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// Snapshots of other builds are removed if they are older than this.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The folder for files that krait can make again: `$XDG_CACHE_HOME/krait`, or `~/.cache/krait` for
/// a user with a home. It need not exist.
pub fn user_folder() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| {
        let home = absolute("HOME").filter(|home| home.is_dir())?;
        Some(home.join(".cache"))
    });
    Some(caches?.join("krait"))
}

/// The folder, which need not exist.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache in [`user_folder`]; none if there is no such folder.
    pub fn of_user() -> Option<Self> {
        Some(Self { folder: user_folder()? })
    }

    /// The file of this build's snapshot.
    pub fn path(&self) -> PathBuf {
        let mut name = "snapshot-".to_owned();
        for byte in program::build_id().unwrap_or_default() {
            let _ = write!(name, "{byte:02x}");
        }
        self.folder.join(name)
    }

    /// Whether the user switched snapshots off for good.
    pub fn is_off(&self) -> bool {
        self.switch().exists()
    }

    /// Switches snapshots off for good, or on again.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn set_off(&self, off: bool) -> io::Result<()> {
        if off {
            self.make_folder()?;
            return File::create(self.switch()).map(drop);
        }
        match fs::remove_file(self.switch()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// This build's snapshot.
    ///
    /// # Errors
    /// When there is none, or another user could have written it.
    pub fn open(&self) -> Result<Place, Refusal> {
        let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(self.path());
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Refusal::Absent,
            _ => Refusal::Unreadable(error),
        })?;
        let about = file.metadata().map_err(Refusal::Unreadable)?;
        // SAFETY: the call has no preconditions.
        let own = about.uid() == unsafe { libc::geteuid() };
        if !own || about.mode() & 0o077 != 0 || !about.is_file() {
            return Err(Refusal::NotOwn);
        }
        if about.len() == 0 {
            return Err(Refusal::NoneMade);
        }
        Ok(Place { file, offset: 0, bytes: about.len(), first: 0 })
    }

    /// Makes this build's snapshot. `write` fills a file, which then replaces the old one
    /// atomically, also if another process does the same at the same time.
    ///
    /// # Errors
    /// The error of `write`, which is then not retried automatically; or when the folder cannot be
    /// written to.
    pub fn make(&self, write: impl FnOnce(&File, &Path) -> Result<(), Unfit>) -> Result<(), Unfit> {
        let path = self.path();
        let unfinished = path.with_extension(std::process::id().to_string());
        let finish = || {
            self.make_folder()?;
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
            // Left by a process of the same number that was killed.
            let _ = fs::remove_file(&unfinished);
            options.open(&unfinished)
        };
        let file = finish().map_err(Unfit::Write)?;
        let written = write(&file, &unfinished).and_then(|()| {
            fs::rename(&unfinished, &path).map_err(Unfit::Write)?;
            self.remove_others(&path);
            Ok(())
        });
        if written.is_err() {
            // An empty file means that another try would fail, too.
            let _ = file.set_len(0).and_then(|()| fs::rename(&unfinished, &path));
        }
        written
    }

    /// Whether a file could be made in the folder.
    pub fn is_writable(&self) -> bool {
        self.make_folder().is_ok() && {
            use std::os::unix::ffi::OsStrExt;
            let path = std::ffi::CString::new(self.folder.as_os_str().as_bytes());
            // SAFETY: a valid C string.
            path.is_ok_and(|path| unsafe { libc::access(path.as_ptr(), libc::W_OK) } == 0)
        }
    }

    /// Removes files of other builds, and unfinished files.
    fn remove_others(&self, own: &Path) {
        let old = SystemTime::now().checked_sub(KEPT);
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let is_snapshot = entry.file_name().to_string_lossy().starts_with("snapshot-");
            let made = entry.metadata().and_then(|about| about.modified()).ok();
            if is_snapshot && entry.path() != own && made < old {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn make_folder(&self) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)
    }

    fn switch(&self) -> PathBuf {
        self.folder.join("off")
    }
}
