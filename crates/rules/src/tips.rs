//! Guides and tips for what was bought.
