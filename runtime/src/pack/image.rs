//! An OCI image, written without Docker: a layout, as a folder or as a tar.
//!
//! ```text
//! oci-layout, index.json, blobs/sha256/…    what skopeo, podman and containerd read
//! manifest.json                             what `docker load` reads, in a tar
//! ```
//!
//! Its first layer is krait, which many functions share; its second is the function.

use super::{
    PackError, Parts, Sizes,
    entry::{self, Content, Entry},
    settings, unwritable, written_to,
};
use crate::package::digest_of;
use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

/// Whom the function runs as: nobody that a machine knows.
const USER: u32 = 65_532;

/// The port unless `PORT` says another.
const PORT: u16 = 8080;

/// A second in Docker's unit of time, the nanosecond.
const SECOND: u64 = 1_000_000_000;

/// What a layer is (image-spec, media-types.md).
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A file of a layout.
struct Blob {
    digest: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

/// A layer, and the digest of its tar.
struct Layer {
    blob: Blob,
    diff_id: String,
}

/// Writes an image of a function to `target`: a tar if its name ends in `.tar`, else a folder. The
/// image has `labels` besides those that say what it is.
///
/// # Errors
/// When it cannot be written.
pub fn write(
    parts: &Parts<'_>,
    labels: &[(String, String)],
    target: &Path,
) -> Result<Sizes, PackError> {
    let failed = unwritable(target);
    let Parts { function, contents, program } = parts;
    let krait = vec![
        file("krait", true, Content::Program(program)),
        file("etc/passwd", false, Content::Bytes(passwd())),
        file("etc/group", false, Content::Bytes(format!("function:x:{USER}:\n").into())),
    ];
    let mut own = entry::of_function(contents, "function/code/", "function/layers/");
    let text = settings::text(function, contents.layers.len(), "", false);
    let unpacked = contents.bytes() + program.bytes + text.len() as u64;
    own.push(file(&format!("function/{}", settings::FILE), false, Content::Bytes(text.into())));
    let layers = [layer(krait, &["tmp"], &failed)?, layer(own, &[], &failed)?];

    let name = image_name(&function.name);
    let config = json_blob(CONFIG, &config(parts, labels, &layers));
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(&config),
        "layers": layers.iter().map(|layer| descriptor(&layer.blob)).collect::<Vec<_>>(),
    });
    let manifest = json_blob(MANIFEST, &manifest);
    let mut described = descriptor(&manifest);
    described["platform"] = json!({"architecture": program.architecture, "os": "linux"});
    described["annotations"] = json!({
        "org.opencontainers.image.ref.name": "latest",
        "io.containerd.image.name": format!("docker.io/library/{name}:latest"),
    });
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [described]});
    let for_docker = json!([{
        "Config": config.path(),
        "RepoTags": [reference(&function.name)],
        "Layers": layers.iter().map(|layer| layer.blob.path()).collect::<Vec<_>>(),
    }]);
    let [krait, own] = layers;
    let mut files = vec![
        ("oci-layout".to_owned(), json!({"imageLayoutVersion": "1.0.0"}).to_string().into_bytes()),
        ("index.json".to_owned(), index.to_string().into_bytes()),
        ("manifest.json".to_owned(), for_docker.to_string().into_bytes()),
    ];
    files.extend([config, manifest, krait.blob, own.blob].map(|blob| (blob.path(), blob.bytes)));
    files.sort();
    let written = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    if target.extension().is_some_and(|end| end == "tar") {
        written_to(target, |file| tar_of(&files, file).map_err(unwritable(target)))?;
    } else {
        folder_of(&files, target)?;
    }
    Ok(Sizes { unpacked, written })
}

/// What runs in a container, and how.
fn config(parts: &Parts<'_>, labels: &[(String, String)], layers: &[Layer; 2]) -> Value {
    let mut all = serde_json::Map::new();
    all.insert("org.opencontainers.image.title".to_owned(), parts.function.name.clone().into());
    all.extend(labels.iter().map(|(key, value)| (key.clone(), value.clone().into())));
    let port = format!("{PORT}/tcp");
    json!({
        "created": "1970-01-01T00:00:00Z",
        "architecture": parts.program.architecture,
        "os": "linux",
        "config": {
            "User": format!("{USER}:{USER}"),
            "ExposedPorts": {port: {}},
            "Env": ["PATH=/", "HOME=/tmp", format!("PORT={PORT}")],
            "Entrypoint": [
                "/krait",
                "serve",
                "--only-url",
                "--config",
                format!("/function/{}", settings::FILE),
                "--data-dir",
                "/tmp/krait",
            ],
            "WorkingDir": "/",
            "StopSignal": "SIGTERM",
            // Docker's own: OCI's configurations have none, and permit it.
            "Healthcheck": {
                "Test": ["CMD", "/krait", "health"],
                "Interval": 30 * SECOND,
                "Timeout": 10 * SECOND,
                "StartPeriod": 30 * SECOND,
                "Retries": 3,
            },
            "Labels": all,
        },
        "rootfs": {
            "type": "layers",
            "diff_ids": layers.iter().map(|layer| layer.diff_id.as_str()).collect::<Vec<_>>(),
        },
        "history": [
            {"created": "1970-01-01T00:00:00Z", "created_by": "krait pack", "comment": "krait"},
            {"created": "1970-01-01T00:00:00Z", "created_by": "krait pack", "comment": "the function"},
        ],
    })
}

fn passwd() -> Vec<u8> {
    format!("root:x:0:0::/:/none\nfunction:x:{USER}:{USER}::/tmp:/none\n").into()
}

/// A function's name as one of an image.
fn image_name(name: &str) -> String {
    name.to_lowercase()
}

/// What the image of a function is called.
pub(super) fn reference(function: &str) -> String {
    format!("{}:latest", image_name(function))
}

fn file<'a>(name: &str, is_executable: bool, content: Content<'a>) -> Entry<'a> {
    Entry { name: name.to_owned(), is_executable, content }
}

/// A layer of files, all root's own, with the folders above them; and of `open` folders, in which
/// everybody may make files.
fn layer(
    mut entries: Vec<Entry<'_>>,
    open: &[&str],
    failed: &dyn Fn(io::Error) -> PackError,
) -> Result<Layer, PackError> {
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let mut tar = tar::Builder::new(Vec::new());
    let mut made: Vec<&str> = Vec::new();
    for folder in open {
        add(&mut tar, &format!("{folder}/"), 0o1777, tar::EntryType::Directory, &[])
            .map_err(failed)?;
    }
    for entry in &entries {
        for (end, _) in entry.name.match_indices('/') {
            let folder = &entry.name[..end];
            if !made.contains(&folder) {
                add(&mut tar, &format!("{folder}/"), 0o755, tar::EntryType::Directory, &[])
                    .map_err(failed)?;
                made.push(folder);
            }
        }
        let content = entry.read()?;
        add(&mut tar, &entry.name, entry.mode(), tar::EntryType::Regular, &content)
            .map_err(failed)?;
    }
    let tar = tar.into_inner().map_err(failed)?;
    // Without a name and a time: the same bytes each time.
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::default());
    let bytes = gzip.write_all(&tar).and_then(|()| gzip.finish()).map_err(failed)?;
    Ok(Layer { blob: Blob::of(LAYER, bytes), diff_id: digest(&tar) })
}

/// Adds a file or a folder that is root's, as of 1970.
fn add<W: io::Write>(
    tar: &mut tar::Builder<W>,
    name: &str,
    mode: u32,
    kind: tar::EntryType,
    content: &[u8],
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(content.len() as u64);
    tar.append_data(&mut header, name, content)
}

fn tar_of(files: &[(String, Vec<u8>)], target: impl io::Write) -> io::Result<()> {
    let mut tar = tar::Builder::new(target);
    for folder in ["blobs/", "blobs/sha256/"] {
        add(&mut tar, folder, 0o755, tar::EntryType::Directory, &[])?;
    }
    for (name, bytes) in files {
        add(&mut tar, name, 0o644, tar::EntryType::Regular, bytes)?;
    }
    tar.finish()
}

/// Writes a layout into a folder, in the place of one that is there.
fn folder_of(files: &[(String, Vec<u8>)], target: &Path) -> Result<(), PackError> {
    let failed = unwritable(target);
    if target.exists() {
        if !target.join("oci-layout").is_file() {
            return Err(PackError::NoImage { path: target.to_path_buf() });
        }
        fs::remove_dir_all(target).map_err(&failed)?;
    }
    fs::create_dir_all(target.join("blobs/sha256")).map_err(&failed)?;
    for (name, bytes) in files {
        fs::write(target.join(name), bytes).map_err(&failed)?;
    }
    Ok(())
}

impl Blob {
    fn of(kind: &'static str, bytes: Vec<u8>) -> Self {
        Self { digest: digest(&bytes), kind, bytes }
    }

    /// Where it lies in a layout.
    fn path(&self) -> String {
        format!("blobs/{}", self.digest.replace(':', "/"))
    }
}

fn json_blob(kind: &'static str, value: &Value) -> Blob {
    Blob::of(kind, value.to_string().into_bytes())
}

/// What points to a blob.
fn descriptor(blob: &Blob) -> Value {
    json!({"mediaType": blob.kind, "digest": blob.digest, "size": blob.bytes.len()})
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", digest_of(bytes))
}
