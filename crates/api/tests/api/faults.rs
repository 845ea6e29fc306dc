//! Faults that a server has to survive, each as often as it takes to show what is rare.
//!
//! The ordinary run does a tenth of it; `VAFA_FULL=1` (`cargo xtask faults --full`) does the whole.

mod cancelled;
mod disk;
mod postgres;
mod processes;
mod races;
mod times;

/// A tenth of so many, and all of them when the whole is asked for.
pub(crate) fn share(whole: usize) -> usize {
    if std::env::var_os("VAFA_FULL").is_some() {
        whole
    } else {
        whole.div_ceil(10)
    }
}
