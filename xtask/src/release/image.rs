//! An OCI image of krait alone, for every target: `docker load`, `podman load` and `skopeo` read it.
//!
//! `runtime/src/pack/image.rs` writes images of functions; it is part of the program, and a tool that only
//! copies a program should not have to compile it.

use super::{
    Facts, Parts, Program,
    archive::{self, Compression, File},
    sums,
};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{fs, path::Path};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Whom krait runs as unless the caller says otherwise: nobody that a machine knows.
const USER: u32 = 65_532;

/// A file of the layout, and what points to it.
struct Blob {
    path: String,
    bytes: Vec<u8>,
    descriptor: Value,
}

/// Writes `krait-VERSION-oci.tar`.
pub(super) fn write(
    folder: &Path,
    programs: &[Program],
    parts: &Parts,
    facts: &Facts,
    compression: Compression,
) -> Result<()> {
    let mut blobs = Vec::new();
    let mut manifests = Vec::new();
    let mut for_docker = Vec::new();
    let name = format!("krait:{}", facts.version);
    for program in programs {
        let tar = layer(program, parts, facts)?;
        let layer = blob(LAYER, archive::gzip(&tar, compression)?);
        let config = config(program, facts, &sums::digest(&tar));
        let config = blob(CONFIG, config.to_string().into_bytes());
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.descriptor,
            "layers": [layer.descriptor],
        });
        let manifest = blob(MANIFEST, manifest.to_string().into_bytes());
        let mut described = manifest.descriptor.clone();
        described["platform"] = json!({"architecture": program.target.image, "os": "linux"});
        described["annotations"] = json!({
            "org.opencontainers.image.ref.name": facts.version,
            "io.containerd.image.name": format!("docker.io/library/{name}"),
        });
        manifests.push(described);
        for_docker.push(json!({"Config": config.path, "RepoTags": [name], "Layers": [layer.path]}));
        blobs.extend([layer, config, manifest]);
    }
    // An older `docker load` takes one image by a name: that of the first target.
    for_docker.truncate(1);
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
    let mut files = vec![
        File::new("oci-layout", json!({"imageLayoutVersion": "1.0.0"}).to_string().into_bytes()),
        File::new("index.json", index.to_string().into_bytes()),
        File::new("manifest.json", Value::from(for_docker).to_string().into_bytes()),
    ];
    files.extend(blobs.into_iter().map(|blob| File::new(blob.path, blob.bytes)));
    let tar = archive::tar(files, "", facts.time)?;
    let path = folder.join(format!("krait-{}-oci.tar", facts.version));
    fs::write(&path, tar).with_context(|| path.display().to_string())
}

/// The one layer: krait, its licences, and a folder for temporary files.
fn layer(program: &Program, parts: &Parts, facts: &Facts) -> Result<Vec<u8>> {
    let users = format!("root:x:0:0::/:/none\nkrait:x:{USER}:{USER}::/tmp:/none\n");
    let mut files = vec![
        File::program("krait", program),
        File::new("etc/passwd", users.into_bytes()),
        File::new("etc/group", format!("krait:x:{USER}:\n").into_bytes()),
    ];
    for (name, text) in &parts.licences {
        files.push(File::new(format!("licences/{name}"), text.clone()));
    }
    let mut builder = tar::Builder::new(Vec::new());
    for (name, mode) in [("function/", 0o755), ("tmp/", 0o1777)] {
        archive::add(&mut builder, name, mode, tar::EntryType::Directory, facts.time, &[])?;
    }
    // The builder has not ended its tar: the files come behind the folders.
    let mut layer = builder.get_ref().clone();
    layer.extend(archive::tar(files, "", facts.time)?);
    Ok(layer)
}

fn config(program: &Program, facts: &Facts, diff_id: &str) -> Value {
    let created = time(facts.time);
    json!({
        "created": created,
        "architecture": program.target.image,
        "os": "linux",
        "config": {
            "User": format!("{USER}:{USER}"),
            "Env": ["PATH=/", "HOME=/tmp"],
            "Entrypoint": ["/krait"],
            "Cmd": ["--help"],
            "WorkingDir": "/function",
            "Labels": {
                "org.opencontainers.image.title": "krait",
                "org.opencontainers.image.version": facts.version,
                "org.opencontainers.image.revision": facts.commit,
                "org.opencontainers.image.licenses": "Apache-2.0 OR MIT",
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{diff_id}")]},
        "history": [{"created": created, "created_by": "cargo xtask release"}],
    })
}

fn blob(kind: &str, bytes: Vec<u8>) -> Blob {
    let digest = sums::digest(&bytes);
    let descriptor =
        json!({"mediaType": kind, "digest": format!("sha256:{digest}"), "size": bytes.len()});
    Blob { path: format!("blobs/sha256/{digest}"), bytes, descriptor }
}

/// A time as RFC 3339 has it, in UTC.
pub(super) fn time(seconds: u64) -> String {
    let (year, month, day) = super::wheel::date((seconds / 86_400) as i64);
    let of_day = seconds % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
