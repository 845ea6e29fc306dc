//! Complaints, as the member and the shop read and write them.

use rules::Timestamp;
use rules::complaints::State;
use serde::{Deserialize, Serialize};

/// `POST /v1/me/complaints`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ComplaintInput {
    /// Made by the page before sending, `cmp_…`: 1 to 64 letters, digits, `_` or `-`. The same id again files nothing
    /// more. When absent, the server makes one.
    #[serde(default)]
    #[cfg_attr(
        feature = "document",
        schemars(regex(pattern = "^[A-Za-z0-9_-]{1,64}$"))
    )]
    pub id: Option<String>,
    /// What it is about, in a word or two of the shop's own: 1 to 80 characters.
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 80)))]
    pub topic: String,
    /// What happened: 1 to 4,000 characters.
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 4000)))]
    pub text: String,
    /// The member's order that it is about.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 128)))]
    pub order_id: Option<String>,
    /// The survey whose answer led to it.
    #[serde(default)]
    pub survey_id: Option<String>,
}

/// `POST /v1/me/complaints/{number}/messages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MessageInput {
    /// 1 to 4,000 characters.
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 4000)))]
    pub text: String,
}

/// `POST /v1/complaints/{number}/messages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeskMessageInput {
    /// Made by the caller: 1 to 64 letters, digits, `_` or `-`. The same id again writes nothing more. When absent,
    /// each sending is a message.
    #[serde(default)]
    #[cfg_attr(
        feature = "document",
        schemars(regex(pattern = "^[A-Za-z0-9_-]{1,64}$"))
    )]
    pub id: Option<String>,
    /// 1 to 4,000 characters.
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 4000)))]
    pub text: String,
    /// A note for the shop alone: the member never reads it, and it answers nothing.
    #[serde(default)]
    pub internal: bool,
}

/// `POST /v1/me/complaints/{number}/judgement`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JudgementInput {
    /// It is settled for the member too: the complaint is closed. Otherwise it is taken up again.
    pub satisfied: bool,
}

/// A complaint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Complaint {
    /// Its id, `cmp_…` unless the page made one.
    pub id: String,
    /// The number to say on the telephone, with a check digit.
    pub number: String,
    /// What it is about.
    pub topic: String,
    /// The order that it is about.
    #[serde(default)]
    pub order_id: Option<String>,
    /// The survey whose answer led to it.
    #[serde(default)]
    pub survey_id: Option<String>,
    /// How far it is.
    pub state: State,
    /// The member's last judgement, once there is one.
    #[serde(default)]
    pub satisfied: Option<bool>,
    /// When it was filed.
    pub created_at: Timestamp,
    /// When its state began.
    pub state_at: Timestamp,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The member.
    Member,
    /// The shop, to the member.
    Shop,
    /// The shop, to itself.
    Internal,
}

/// What was written about a complaint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Message {
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub author: Author,
    /// The text; absent once the member was erased.
    #[serde(default)]
    pub text: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A complaint with all that was written, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ComplaintReply {
    /// The complaint.
    pub complaint: Complaint,
    /// What was written.
    pub messages: Vec<Message>,
}

/// `GET /v1/me/complaints`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ComplaintPage {
    /// Newest first.
    pub complaints: Vec<Complaint>,
    /// Absent on the last page.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// A complaint on the shop's desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct DeskComplaint {
    /// The complaint, as the member reads it.
    pub complaint: Complaint,
    /// The shop's id of the member; absent once the member was erased.
    #[serde(default)]
    pub member: Option<String>,
    /// How often it was taken up again.
    pub reopened: u32,
    /// When the shop's answer is due; absent while it is not the shop's turn.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// That instant has passed.
    pub overdue: bool,
}

/// What was written, with who at the shop wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct DeskMessage {
    /// The message.
    pub message: Message,
    /// The id of the account or secret key that wrote it; absent for what the member wrote.
    #[serde(default)]
    pub by: Option<String>,
}

/// A complaint on the shop's desk with all that was written, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct DeskReply {
    /// The complaint.
    pub complaint: DeskComplaint,
    /// What was written, notes for the shop alone too.
    pub messages: Vec<DeskMessage>,
}

/// `GET /v1/complaints`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct DeskPage {
    /// Newest first.
    pub complaints: Vec<DeskComplaint>,
    /// Absent on the last page.
    #[serde(default)]
    pub next_cursor: Option<String>,
}
