//! Who works for the shop: the role of an account, its session, and the first account of all.

use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// What an account may do; each role may what the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything.
    Viewer,
    /// Changes and publishes programs, answers complaints.
    Editor,
    /// Manages accounts and keys.
    Owner,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }
}

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SessionView {
    /// The program's id.
    pub program: String,
    /// The account's e-mail address.
    pub email: String,
    /// What the account may do.
    pub role: Role,
    /// When the session ends at the latest; unused, it ends after 12 hours.
    pub expires_at: Timestamp,
}

/// The one member of the replies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SessionReply {
    /// Who is logged in.
    pub session: SessionView,
}

/// A club to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Points for purchases, and rewards for points.
    Points,
    /// A part of what is spent comes back as credit; no points.
    Spending,
    /// Tiers by what is spent in a year, and a membership that is bought.
    Tiers,
    /// Coupons of partners for whoever is in the club.
    Coalition,
}

impl Template {
    /// All of them, the one for most shops first.
    pub const ALL: [Self; 4] = [Self::Points, Self::Spending, Self::Tiers, Self::Coalition];
}

/// How far the server is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SetupView {
    /// There is no club yet: whoever has the code that the server printed may make the first one.
    pub open: bool,
    /// The program of the one club that the server has; absent where there is none, and where there are several.
    #[serde(default)]
    pub program: Option<String>,
}

/// The one member of the reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SetupReply {
    /// How far the server is set up.
    pub setup: SetupView,
}
