//! The edges that never exist, with every feature on and through any number of other crates.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::root;

/// Asked of cargo once for all tests.
static GRAPH: LazyLock<Graph> = LazyLock::new(Graph::read);

/// What each crate reaches through ordinary and build dependencies, by name.
struct Graph {
    direct: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn read() -> Self {
        let metadata = MetadataCommand::new()
            .manifest_path(root().join("Cargo.toml"))
            .features(cargo_metadata::CargoOpt::AllFeatures)
            .other_options(vec!["--locked".to_owned()])
            .exec()
            .expect("cargo metadata");
        Self { direct: direct(&metadata) }
    }

    fn of(&self, name: &str) -> &BTreeSet<String> {
        self.direct.get(name).unwrap_or_else(|| panic!("there is no crate {name}"))
    }

    fn reach(&self, name: &str) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&String> = self.of(name).iter().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next.clone()) {
                open.extend(self.of(next));
            }
        }
        reached
    }

    fn never(&self, name: &str, forbidden: &[&str]) {
        let reached = self.reach(name);
        let found: Vec<_> = reached.iter().filter(|crate_| forbidden.contains(&crate_.as_str())).collect();
        assert!(found.is_empty(), "{name} reaches {found:?}, which it never may");
    }
}

fn direct(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeMap<_, _> =
        metadata.packages.iter().map(|package| (&package.id, package.name.to_string())).collect();
    let mut direct: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in &metadata.resolve.as_ref().expect("a resolved graph").nodes {
        let ordinary = node.deps.iter().filter(|dependency| {
            dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
        });
        // Two versions of a crate count as one: an edge from either is an edge.
        direct
            .entry(names[&node.id].clone())
            .or_default()
            .extend(ordinary.map(|dependency| names[&dependency.pkg].clone()));
    }
    direct
}

/// Every part of sqlx and of Leptos: their halves are edges as well.
const SQL: &[&str] = &["sqlx", "sqlx-core", "sqlx-sqlite", "sqlx-postgres"];

#[test]
fn the_graph_sees_the_edges_that_do_exist() {
    let server = GRAPH.reach("server");
    for reached in ["app", "hub", "gateway_ssh", "wire", "sqlx-core", "axum", "leptos", "russh"] {
        assert!(server.contains(reached), "the server does not reach {reached}: is the graph read rightly?");
    }
}

#[test]
fn the_app_knows_neither_hub_nor_database_nor_ssh() {
    let graph = &*GRAPH;
    graph.never("app", &[SQL, &["hub", "russh", "gateway_ssh", "server"]].concat());
    graph.never("frontend", &[SQL, &["hub", "russh", "gateway_ssh", "server"]].concat());
}

#[test]
fn the_hub_knows_no_transport() {
    GRAPH.never("hub", &[SQL, &["axum", "hyper", "leptos", "russh", "app", "server"]].concat());
}

#[test]
fn a_picture_knows_no_transport() {
    let forbidden = ["axum", "hyper", "leptos", "russh", "tokio", "hub", "app", "server"];
    GRAPH.never("picture", &[SQL, &forbidden].concat());
}

#[test]
fn a_recording_knows_no_transport_and_no_session_that_lives() {
    let forbidden = ["axum", "hyper", "leptos", "russh", "tokio", "hub", "gateway_ssh", "app", "server"];
    GRAPH.never("recording", &[SQL, &forbidden].concat());
}

#[test]
fn a_gateway_knows_neither_store_nor_pages_nor_another_gateway() {
    let graph = &*GRAPH;
    let gateways: Vec<_> = graph.direct.keys().filter(|name| name.starts_with("gateway_")).collect();
    assert!(!gateways.is_empty());
    for gateway in &gateways {
        let others = gateways.iter().filter(|other| *other != gateway).map(|other| other.as_str());
        let forbidden: Vec<_> =
            others.chain(SQL.iter().copied()).chain(["server", "app", "axum", "leptos"]).collect();
        graph.never(gateway, &forbidden);
    }
}

#[test]
fn the_wire_is_serde_and_small_pure_crates() {
    let graph = &*GRAPH;
    let allowed = ["postcard", "serde", "thiserror", "uuid"].map(String::from).into();
    assert_eq!(graph.of("wire"), &allowed);
    graph.never("wire", &[SQL, &["tokio", "axum", "leptos", "russh", "hub", "app", "server"]].concat());
}

#[test]
fn the_program_on_workstations_is_small() {
    let forbidden =
        ["axum", "hyper", "leptos", "russh", "tokio", "clap", "hub", "gateway_ssh", "app", "server"];
    GRAPH.never("sightline_report", &[SQL, &forbidden].concat());
}
