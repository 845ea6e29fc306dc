//! `vafa`: the merchant API in one binary.

mod cli;

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A request is a thousand small allocations on several threads, which this allocator is made for; SQLite's go to it
/// as well.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
