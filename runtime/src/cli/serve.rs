//! `krait serve`.

use super::{
    Fatal,
    options::{Cgroups, ServeArguments, ServeUserIds},
    sandbox,
};
use crate::{
    contract::{Policy, limits::MIB, policy::Mode},
    instance::{self, Keeper, Note},
    package,
    platform::{
        Limits, Parts, Platform, Project,
        cluster::{Cluster, ClusterError, Membership, Servers},
        configuration::{self, Declaration, Sources},
        log::{Format, Log},
        store::{FunctionKey, Store},
    },
    sandbox::{Holding, Machine, UserIds},
    server::{
        self, Faces, Server,
        cloud_api::signature::{Credentials, Secret},
    },
};
use anyhow::{Context as _, anyhow};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// The port where nobody says another.
pub(super) const PORT: u16 = 9000;

/// Serves until a signal asks it to stop.
pub(super) fn run(arguments: &ServeArguments) -> Result<u8, Fatal> {
    let sources = sources(arguments);
    let declarations = configuration::read(&sources).map_err(Fatal::request)?;
    if arguments.print_config {
        return print(&declarations);
    }
    let credentials = credentials(arguments)?;
    let only = only_url(arguments, &declarations)?;
    let address = checked_address(arguments, credentials.is_some())?;
    let (policy, missing) = sandbox(arguments, address.port())?;
    let cluster = membership(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Fatal::internal)?;
    let serving =
        Serving { sources, declarations, credentials, only, address, policy, missing, cluster };
    runtime.block_on(serve(arguments, serving))
}

/// What was understood of the command line.
struct Serving {
    sources: Sources,
    declarations: Vec<Declaration>,
    credentials: Option<Credentials>,
    /// The function whose URL alone is served.
    only: Option<FunctionKey>,
    address: SocketAddr,
    policy: Policy,
    /// What the machine lacks for a whole sandbox.
    missing: Vec<&'static str>,
    /// The cluster that this server is a node of.
    cluster: Option<Membership>,
}

/// What functions are kept to, and what of it this machine cannot keep. This process must have
/// one thread.
fn sandbox(arguments: &ServeArguments, listens: u16) -> Result<(Policy, Vec<&'static str>), Fatal> {
    let policy = sandbox::policy(&arguments.sandbox, Policy::of_serve(listens))?;
    let missing = match policy.mode {
        Mode::Off => Vec::new(),
        _ => Machine::look_closely().missing(),
    };
    Ok((policy, missing))
}

async fn serve(arguments: &ServeArguments, serving: Serving) -> Result<u8, Fatal> {
    let Serving { sources, declarations, credentials, only, address, policy, missing, cluster } =
        serving;
    let format = if arguments.json() { Format::Json } else { Format::Text };
    // Bound first, so that an address in use has no other effect.
    let listener = server::listen(address)
        .with_context(|| format!("{address} cannot be listened on; choose another with --listen"))
        .map_err(Fatal::Request)?;
    let scraped = match arguments.metrics {
        Some(address) => Some(
            server::listen(address)
                .with_context(|| {
                    format!("{address} cannot be listened on; choose another with --metrics")
                })
                .map_err(Fatal::Request)?,
        ),
        None => None,
    };
    let connections = connections(instance::raise_descriptors(), arguments.max_instances);
    let log = Log::start(format, arguments.level());
    let note: Note = Arc::new({
        let log = log.clone();
        move |text: &str| log.note(text)
    });
    for each in missing {
        log.note(&format!("the sandbox of functions is not whole: this machine has no {each}"));
    }
    // Before the store is opened: a process that was forked later would hold its lock.
    let wants_groups = policy.mode != Mode::Off && arguments.cgroups == Cgroups::Auto;
    let groups = if wants_groups { Holding::take() } else { Ok(None) };
    let groups = groups.unwrap_or_else(|why| {
        log.note(&format!("instances have no control groups: {why}"));
        None
    });
    let users = users(arguments, &policy).unwrap_or_else(|why| {
        log.note(&format!("functions have no users of their own: {why}"));
        None
    });
    let keeper = Keeper::start(arguments.spares, policy, groups, users, note)
        .await
        .map_err(Fatal::internal)?;
    let works = cluster.as_ref().is_some_and(|membership| !membership.role.serves());
    let cluster = match cluster {
        Some(membership) => Some(joined(membership, log.clone()).await?),
        None => None,
    };
    let folder = data_folder(arguments)?;
    // A node of a cluster has copies only, and leaves alone what this folder had before.
    let folder = if cluster.is_some() { folder.join("cluster") } else { folder };
    let store = Store::open(&folder).map_err(Fatal::request)?;
    if let Some(set_aside) = store.set_aside() {
        log.note(set_aside);
    }
    let limits = Limits {
        instances: arguments.max_instances,
        concurrency: arguments.concurrency,
        queue: arguments.queue,
        idle: Duration::from_secs_f64(arguments.idle),
        invocations: arguments.max_invocations,
        memory: arguments.max_instance_memory.map(|megabytes| u64::from(megabytes) * MIB),
        async_workers: arguments.async_workers,
    };
    let keeping = keeper.clone();
    // Instances have other current folders.
    let folder = store.folder().to_path_buf();
    let parts = Parts { keeper, store, cluster, log: log.clone(), limits, folder };
    let platform = Platform::new(parts);
    let project = Arc::new(Project::new(platform.clone(), sources, arguments.watch));
    project.deploy(&declarations).map_err(Fatal::request)?;
    platform.load_stored().await.map_err(Fatal::request)?;
    if arguments.watch {
        tokio::spawn(project.clone().watch().map_err(Fatal::internal)?);
    }
    platform.start();

    let mut terminate = signal(SignalKind::terminate()).map_err(Fatal::internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Fatal::internal)?;
    let mut reload = signal(SignalKind::hangup()).map_err(Fatal::internal)?;
    let (close, closing) = watch::channel(false);
    let local = listener.local_addr().map_err(Fatal::internal)?;
    let faces = match only {
        _ if works => Faces::Worker,
        Some(key) => Faces::Url(key),
        None => Faces::All,
    };
    let metrics = Server::new(platform.clone(), credentials.clone(), Faces::Metrics);
    let server = Arc::new(Server::new(platform.clone(), credentials, faces));
    tokio::spawn(server.clone().give_memory_back());
    let grace = Duration::from_secs_f64(arguments.grace);
    if let Some(scraped) = scraped {
        let local = scraped.local_addr().map_err(Fatal::internal)?;
        log.note(&format!("the metrics are at http://{local}/metrics"));
        let metrics = Arc::new(metrics);
        tokio::spawn(server::serve(scraped, metrics, closing.clone(), grace, SCRAPES));
    }
    let serving = tokio::spawn(server::serve(listener, server, closing, grace, connections));
    println!("krait listens on http://{local}");
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = reload.recv() => project.reload().await,
        }
    }
    // Requests may take their time. Events that come meanwhile are for others.
    platform.drain();
    let _ = close.send(true);
    let _ = serving.await;
    platform.close(grace).await;
    keeping.close();
    Ok(0)
}

/// The ids of functions' users, as root: nobody else can be another user.
fn users(arguments: &ServeArguments, policy: &Policy) -> Result<Option<UserIds>, String> {
    let asked = match arguments.user_ids {
        ServeUserIds::Off => return Ok(None),
        ServeUserIds::Auto => None,
        ServeUserIds::Range(ids) => Some(ids),
    };
    if policy.mode == Mode::Off || (asked.is_none() && !Machine::look().root) {
        return Ok(None);
    }
    UserIds::find(asked).map(Some)
}

/// Joins a cluster.
async fn joined(membership: Membership, log: Log) -> Result<Cluster, Fatal> {
    let said = format!(
        "node {} joined the cluster at {} as {}",
        membership.node,
        membership.servers,
        membership.role.name()
    );
    let cluster = Cluster::join(membership, log.clone()).await.map_err(Fatal::internal)?;
    log.note(&said);
    Ok(cluster)
}

/// The cluster that the command line names, if it names one.
fn membership(arguments: &ServeArguments) -> Result<Option<Membership>, Fatal> {
    let Some(text) = &arguments.cluster else { return Ok(None) };
    let servers = Servers::read(text).map_err(|error: ClusterError| Fatal::request(error))?;
    let node = match &arguments.node {
        Some(node) => node.clone(),
        None => rustix::system::uname().nodename().to_string_lossy().into_owned(),
    };
    let replicas = arguments.replicas.map(usize::from);
    Ok(Some(Membership { servers, replicas, node, role: arguments.role() }))
}

/// How many connections there may be at once to the address of `--metrics`: scrapes and probes.
const SCRAPES: usize = 64;

/// How many connections there may be at once: of the descriptors that this process may open, those
/// are left that instances and files need, or half where that is more.
fn connections(descriptors: u64, instances: usize) -> usize {
    /// The socket, the log and the process of each, and one more while it is forked.
    const OF_INSTANCE: usize = 4;
    const OF_SERVER: usize = 256;
    let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
    let left = descriptors.saturating_sub(OF_SERVER + OF_INSTANCE.saturating_mul(instances));
    left.max(descriptors / 2).min(tokio::sync::Semaphore::MAX_PERMITS)
}

/// The sources of functions: those on the command line, else `krait.toml`, else this folder.
fn sources(arguments: &ServeArguments) -> Sources {
    let named = !arguments.code.is_empty() || !arguments.templates.is_empty();
    let file = arguments.config.clone().or_else(|| {
        let here = PathBuf::from(configuration::FILE_NAME);
        (!named && here.is_file()).then_some(here)
    });
    let code = if named || file.is_some() { arguments.code.clone() } else { Vec::new() };
    Sources { code, templates: arguments.templates.clone(), file }
}

fn print(declarations: &[Declaration]) -> Result<u8, Fatal> {
    #[derive(serde::Serialize)]
    struct Understood<'a> {
        functions: indexmap::IndexMap<&'a str, &'a Declaration>,
    }
    let functions = declarations.iter().map(|each| (each.name.as_str(), each)).collect();
    let text = toml::to_string_pretty(&Understood { functions }).map_err(Fatal::internal)?;
    print!("{text}");
    Ok(0)
}

fn credentials(arguments: &ServeArguments) -> Result<Option<Credentials>, Fatal> {
    if let Some(path) = &arguments.secret_file {
        return of_file(path).map(Some);
    }
    match (&arguments.secret_id, &arguments.secret_key) {
        (Some(id), Some(key)) => Ok(Some(Credentials {
            secret_id: id.clone(),
            secret_key: Secret::new(key.clone()),
            token: None,
        })),
        (None, None) => Ok(None),
        _ => Err(Fatal::Request(anyhow!(
            "--secret-id and --secret-key belong together; give both, or neither"
        ))),
    }
}

/// The id on the first line, the key on the second.
fn of_file(path: &Path) -> Result<Credentials, Fatal> {
    let text = package::read_text(path)
        .with_context(|| format!("the secret file {} cannot be read", path.display()))
        .map_err(Fatal::Request)?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(id), Some(key)) => {
            Ok(Credentials { secret_id: id.to_owned(), secret_key: Secret::new(key), token: None })
        }
        _ => Err(Fatal::Request(anyhow!(
            "the secret file {} is to have the id on its first line and the key on its second",
            path.display()
        ))),
    }
}

/// The one function, where its URL alone is to be served.
fn only_url(
    arguments: &ServeArguments,
    declarations: &[Declaration],
) -> Result<Option<FunctionKey>, Fatal> {
    match declarations {
        _ if !arguments.only_url => Ok(None),
        [one] => Ok(Some(one.key())),
        others => Err(Fatal::Request(anyhow!(
            "--only-url serves one function, and there are {}; name one",
            others.len()
        ))),
    }
}

/// The address that is typed, or that a container's platform asks for.
fn address(arguments: &ServeArguments) -> Result<SocketAddr, Fatal> {
    if let Some(address) = arguments.listen {
        return Ok(address);
    }
    let port =
        if arguments.only_url { port_of_environment().map_err(Fatal::Request)? } else { None };
    Ok(match port {
        Some(port) => (Ipv4Addr::UNSPECIFIED, port).into(),
        None => (Ipv4Addr::LOCALHOST, PORT).into(),
    })
}

/// The port that a container's platform asks for, by the variable `PORT`.
pub(super) fn port_of_environment() -> anyhow::Result<Option<u16>> {
    let said = std::env::var("PORT").ok().filter(|port| !port.is_empty());
    let Some(port) = said else { return Ok(None) };
    port.parse().map(Some).with_context(|| format!("PORT is {port:?}, and no port"))
}

/// Without credentials everybody who can reach the server can run code here.
fn checked_address(arguments: &ServeArguments, secured: bool) -> Result<SocketAddr, Fatal> {
    let address = address(arguments)?;
    // Nobody can change what a URL runs.
    if arguments.only_url {
        return Ok(address);
    }
    if address.ip().is_loopback() || secured || arguments.insecure {
        return Ok(address);
    }
    Err(Fatal::Request(anyhow!(
        "{address} can be reached from other machines, and whoever reaches it can run code on this \
         one; give --secret-id and --secret-key, listen on 127.0.0.1, or say --insecure"
    )))
}

fn data_folder(arguments: &ServeArguments) -> Result<PathBuf, Fatal> {
    if let Some(folder) = &arguments.data_dir {
        return Ok(folder.clone());
    }
    let of_environment = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let state = of_environment("XDG_STATE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| Some(of_environment("HOME")?.join(".local/state")));
    state.map(|state| state.join("krait")).ok_or_else(|| {
        Fatal::Request(anyhow!("there is no HOME for krait's data; give a folder with --data-dir"))
    })
}
