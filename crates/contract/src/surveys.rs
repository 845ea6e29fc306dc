//! Prompts: what makes an answer to a survey count, in the shop and by a link.

use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// A survey that the member may answer now. Each id is good for one response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Prompt {
    /// The prompt's id, `prm_…`: sent with the response.
    pub id: String,
    /// The survey.
    pub survey_id: String,
    /// Order id for a survey asked per order, else empty.
    #[serde(default)]
    pub scope: String,
}

/// `POST /v1/members/{id}/prompts`: a survey that a member is asked outside of the shop, by mail say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PromptInput {
    /// The survey.
    pub survey_id: String,
    /// Order id for a survey asked per order, else empty.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 128)))]
    pub scope: String,
}

/// Answer to a new link: `{"prompt": …}` (201).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct LinkReply {
    /// The link's prompt.
    pub prompt: Link,
}

/// A prompt that is answered without a login, by whoever holds its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Link {
    /// The prompt's id, `prm_…`, for the shop's own address: `/v1/surveys/{id}` answers for it.
    pub id: String,
    /// The survey.
    pub survey_id: String,
    /// Order id for a survey asked per order, else empty.
    #[serde(default)]
    pub scope: String,
    /// First instant it is no longer good.
    pub expires_at: Timestamp,
}

/// `GET /v1/surveys/{prompt}`: what the holder of a link is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Asked {
    /// The survey, as the program has it.
    pub survey: rules::program::Survey,
    /// The club's name.
    pub name: rules::program::Text,
    /// The program's languages, the first is the default.
    pub languages: Vec<String>,
    /// Order id for a survey asked per order, else empty.
    #[serde(default)]
    pub scope: String,
    /// It was answered already: another response is refused.
    pub answered: bool,
    /// First instant it is no longer good.
    pub expires_at: Timestamp,
}

/// `POST /v1/surveys/{prompt}/responses`: the same id may be sent again with more answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct LinkResponse {
    /// Made by the page before sending, `rsp_…`: 1 to 64 letters, digits, `_` or `-`.
    #[cfg_attr(
        feature = "document",
        schemars(regex(pattern = "^[A-Za-z0-9_-]{1,64}$"))
    )]
    pub id: String,
    /// The score, within the survey's scale. A response has either this or `scores`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The scores of a survey with several items, in the order of the items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "document", schemars(length(max = 3)))]
    pub scores: Vec<u8>,
    /// Free text, 1,000 characters at most.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 1000)))]
    pub comment: Option<String>,
    /// The person has finished.
    pub completed: bool,
}
