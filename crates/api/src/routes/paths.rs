//! Parameters of paths that more than one area names.

use schemars::JsonSchema;
use serde::Deserialize;

/// No control characters.
pub(crate) const PRINTABLE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

/// The program's id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"club")]
pub(crate) struct ProgramId(pub(crate) String);

/// The shop's own id of the member: 1 to 128 bytes in UTF-8, none of them a control character.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"customer-1042", extend("minLength" = 1, "maxLength" = 128, "pattern" = PRINTABLE))]
pub(crate) struct MemberId(pub(crate) String);

/// The shop's own id of the order: 1 to 128 bytes in UTF-8, none of them a control character.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"A-1001", extend("minLength" = 1, "maxLength" = 128, "pattern" = PRINTABLE))]
pub(crate) struct OrderId(pub(crate) String);

/// The coupon's code; case, spaces and dashes do not matter.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"4AQR-P8GH-KXDZ")]
pub(crate) struct CouponCode(pub(crate) String);

/// The code of an invitation; case, spaces and dashes do not matter.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"7K2M-QXRT-9FVN")]
pub(crate) struct InvitationCode(pub(crate) String);

/// The id of a friend's claim on an invitation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"clm_8x0w3k6m1q9r4t7v2yaz")]
pub(crate) struct ClaimId(pub(crate) String);

/// The redemption's id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"rdm_8x0w3k6m1q9r4t7v2yaz")]
pub(crate) struct RedemptionId(pub(crate) String);

/// The complaint's number with its check digit, or its id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"00013")]
pub(crate) struct ComplaintName(pub(crate) String);

/// The prompt's id, from the link that the shop sent.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"prm_WyJ0ZW5fMSIsIm1lbV8xIiwic3J2X25wcyIsIiIsMCwxXQ.c2lnbmF0dXJl")]
pub(crate) struct PromptId(pub(crate) String);

/// The goal's id: 1 to 64 letters, digits, `_` or `-`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"goal_frequency", extend("pattern" = "^[A-Za-z0-9_-]{1,64}$"))]
pub(crate) struct GoalId(pub(crate) String);

/// The offer's id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"off_welcome")]
pub(crate) struct OfferId(pub(crate) String);

/// The partner's id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"cinema")]
pub(crate) struct PartnerId(pub(crate) String);

/// The segment's id: one by orders, like `rfm:champions`, `abc:a` or `no_orders`, or one of the shop's own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"vip")]
pub(crate) struct SegmentId(pub(crate) String);

/// The webhook endpoint's id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"whe_8x0w3k6m1q9r4t7v2yaz")]
pub(crate) struct EndpointId(pub(crate) String);

/// The id of a message to webhook endpoints.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"msg_8x0w3k6m1q9r4t7v2yaz")]
pub(crate) struct MessageId(pub(crate) String);

/// The import's id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(example = &"imp_8x0w3k6m1q9r4t7v2yaz")]
pub(crate) struct ImportId(pub(crate) String);
