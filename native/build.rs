//! Copies Wasmtime's installed C headers to the folder that CMake names, so that C code finds them at a known place.

use std::{env, fs, io, path::Path};

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn main() {
    println!("cargo:rerun-if-env-changed=SCEXEC_WASMTIME_INCLUDE");
    println!("cargo:rerun-if-changed=build.rs");
    // The `links` metadata of wasmtime-c-api-impl: absent when a prebuilt Wasmtime C API is used.
    let (Ok(from), Ok(to)) = (
        env::var("DEP_WASMTIME_C_API_INCLUDE"),
        env::var("SCEXEC_WASMTIME_INCLUDE"),
    ) else {
        return;
    };
    println!("cargo:rerun-if-changed={to}/wasmtime.h");
    copy_tree(Path::new(&from), Path::new(&to)).expect("copying Wasmtime's headers");
}
