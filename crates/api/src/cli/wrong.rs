//! A command line that cannot be read: clap's own words, and the environment variable when the value came from there.

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue};
use std::io::Write as _;
use std::process::ExitCode;

/// Prints what is wrong with the command line, or the help that was asked for.
pub(super) fn tell<C: CommandFactory>(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg)
        && let Some(variable) = variable(&C::command(), argument)
    {
        let _ = writeln!(
            std::io::stderr(),
            "\nThe value comes from the environment variable {variable}."
        );
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The variable that gives this argument (as clap prints it), if it is set and the flag was not written.
fn variable(command: &clap::Command, argument: &str) -> Option<String> {
    let flag = argument.split([' ', '=']).next().unwrap_or(argument);
    let written = |given: String| given == flag || given.starts_with(&format!("{flag}="));
    if std::env::args().skip(1).any(written) {
        return None;
    }
    let subcommands = command.get_subcommands();
    let all = subcommands.flat_map(clap::Command::get_arguments);
    let named = all.filter(|known| {
        known
            .get_long()
            .is_some_and(|long| flag.strip_prefix("--") == Some(long))
    });
    let mut variables = named.filter_map(clap::Arg::get_env);
    let variable = variables.find(|name| std::env::var_os(name).is_some())?;
    Some(variable.to_string_lossy().into_owned())
}
