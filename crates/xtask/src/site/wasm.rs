//! The browser's program: compiled, bound to JavaScript, made small.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::Make;
use crate::setup::WASM;
use crate::stamp::{Inputs, files};
use crate::{node, place, say, tool};

/// Name of the program's files, before the hash.
pub(crate) const NAME: &str = "sightline";

/// The binding's version; `wasm-bindgen` in the program is pinned to the same.
const BINDGEN: &str = "0.2.130";

/// Everything that rustc 1.95 lets a program for the browser use by default, and size before speed.
const WASM_OPT: &[&str] = &[
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-extended-const",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The browser's program.
pub(crate) struct Program {
    /// The module that loads it.
    pub(crate) js: String,
    /// The program.
    pub(crate) wasm: Vec<u8>,
    /// Modules that the first one imports, by path relative to it.
    pub(crate) snippets: Vec<(PathBuf, Vec<u8>)>,
}

/// Compiles, binds and shrinks the browser's program.
pub(crate) fn build(make: Make) -> Result<Program> {
    let compiled = compile(make)?;
    let bound = bind(make, &compiled)?;
    let whole = bound.join(format!("{NAME}_bg.wasm"));
    let small = match make {
        Make::Release => shrink(&whole)?,
        Make::Quick => whole,
    };
    let mut snippets = Vec::new();
    let folder = bound.join("snippets");
    if folder.is_dir() {
        for file in files(&folder)? {
            snippets.push((file.strip_prefix(&bound)?.to_path_buf(), fs::read(&file)?));
        }
    }
    let js = fs::read_to_string(bound.join(format!("{NAME}.js")))?;
    Ok(Program { js, wasm: fs::read(small)?, snippets })
}

/// Cargo knows by itself what is up to date.
fn compile(make: Make) -> Result<PathBuf> {
    let profile = match make {
        Make::Release => "wasm-release",
        Make::Quick => "wasm-quick",
    };
    say::step("wasm", "compiling the browser's half");
    tool::call(
        tool::cargo().args(["build", "--locked", "--package", "frontend", "--lib"]).args([
            "--target",
            WASM,
            "--profile",
            profile,
        ]),
        "compiling the browser's half",
    )?;
    Ok(place::target().join(WASM).join(profile).join("frontend.wasm"))
}

/// Writes the JavaScript side of the program; gives the folder with both.
fn bind(make: Make, compiled: &Path) -> Result<PathBuf> {
    let name = match make {
        Make::Release => "bindgen",
        Make::Quick => "bindgen-quick",
    };
    let folder = place::kept(name);
    let stamp = Inputs::default().file(compiled)?.value("bindgen", BINDGEN).stamp(name);
    if stamp.is_fresh() {
        say::fresh("bindgen", "the JavaScript side is up to date");
        return Ok(folder);
    }
    say::step("bindgen", "writing the JavaScript side");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Bindgen::new()
        .input_path(compiled)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .context("cannot bind the browser's program to JavaScript")?;
    stamp.keep()?;
    Ok(folder)
}

/// Makes the program smaller where the optimiser is at hand; gives the file to serve.
fn shrink(bound: &Path) -> Result<PathBuf> {
    let Some((node, wasm_opt)) = node::wasm_opt() else {
        say::note("wasm-opt", "left out: it comes with `npm ci` in end2end, which needs Node.js");
        return Ok(bound.to_path_buf());
    };
    let small = place::kept(&format!("{NAME}_opt.wasm"));
    let stamp = Inputs::default()
        .file(bound)?
        .file(&place::end2end().join("package-lock.json"))?
        .value("options", WASM_OPT.join(" "))
        .stamp("wasm-opt");
    if stamp.is_fresh() && small.exists() {
        say::fresh("wasm-opt", "the program is as small as it gets");
        return Ok(small);
    }
    say::step("wasm-opt", "making the program smaller");
    tool::call(
        tool::program(node, place::root()).arg(wasm_opt).args(WASM_OPT).arg(bound).arg("-o").arg(&small),
        "wasm-opt",
    )?;
    stamp.keep()?;
    Ok(small)
}
