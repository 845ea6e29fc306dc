//! The codes of problems.

/// What each code means and what to do: the page that an error's `type` leads to.
pub const CODES: &[(&str, &str)] = &[
    (
        "already_set_up",
        "The server has a club. Log in, or ask its owner for an account.",
    ),
    (
        "setup_code_wrong",
        "The first club is made with the code that the server prints when it starts.",
    ),
    (
        "offer_automatic",
        "The offer multiplies the points of the next purchase by itself; there is nothing to take.",
    ),
    (
        "payment_known",
        "The payment was told of before, for another member or another plan. Send each payment's own id.",
    ),
    (
        "prompt_used",
        "The survey was answered already on this occasion. Another prompt comes with the next one.",
    ),
    (
        "prompt_ended",
        "A link to a survey is good for 30 days. The shop can send another.",
    ),
    (
        "claim_stands",
        "Only a claim that was refused on suspicion, for a common contact or network, can be let through.",
    ),
    (
        "complaint_not_now",
        "The complaint is in a state in which this is not done. Read it again.",
    ),
    (
        "too_many_complaints",
        "A member has 10 open complaints at most. Write a message to one of them instead.",
    ),
    (
        "not_enough_points",
        "There are fewer points than this takes; the detail says how many are missing.",
    ),
    (
        "offer_closed",
        "The member cannot take this offer now: its occasion has not come, or it was taken.",
    ),
    ("not_enough_credit", "The wallet does not hold so much."),
    (
        "wallet_payment_exists",
        "The wallet has paid another amount for this order. It pays once for each order.",
    ),
    (
        "order_cancelled",
        "The order was called off or refunded whole: nothing can be paid for it any more.",
    ),
    (
        "birthday_fixed",
        "A member can change their birthday once a year; the detail says from when on.",
    ),
    (
        "not_earned",
        "The activity earns nothing now; the detail says why.",
    ),
    (
        "coupon_held",
        "Another checkout holds the coupon, for 15 minutes at most.",
    ),
    (
        "idempotency_key_old",
        "The key was used so long ago that its answer is no longer kept. What it did stays done.",
    ),
    (
        "malformed_request",
        "The request cannot be read. Mend what the detail names.",
    ),
    (
        "unauthorized",
        "No credential came along, or it is not a live one.",
    ),
    (
        "token_invalid",
        "The member token is refused; the one entry of errors has the reason as a code. Mend how the shop's server mints it.",
    ),
    (
        "login_failed",
        "No open account of the program has this e-mail address and password. Which of them is wrong is not told.",
    ),
    (
        "token_expired",
        "The member token has ended. The page asks the shop's server for a new one.",
    ),
    (
        "origin_not_allowed",
        "This page may not use this credential. List its exact origin with the publishable key; keep secret keys on the server.",
    ),
    (
        "scope_missing",
        "The secret key was made for other work. Use one with the scope that the detail names.",
    ),
    (
        "role_missing",
        "The account's role does not allow this. An owner can give another.",
    ),
    (
        "cross_site",
        "A page of another site asked in the name of somebody who is logged in. Only our own pages may.",
    ),
    (
        "too_many_signing_keys",
        "Two signing keys are live. Revoke the one that the detail names first.",
    ),
    ("staff_exists", "The e-mail address has an account already."),
    (
        "last_owner",
        "A program keeps one open account with the role owner at least.",
    ),
    ("not_found", "There is no such thing for this credential."),
    (
        "not_a_member",
        "The shopper is logged in and has not joined. POST /v1/me joins.",
    ),
    (
        "method_not_allowed",
        "The path takes other methods; the Allow header lists them.",
    ),
    (
        "request_timeout",
        "The outcome is unknown. Send the same request again, with the same key.",
    ),
    (
        "body_too_large",
        "A body may have 64 KB at most; with a program's document in it, 1088 KB.",
    ),
    (
        "draft_changed",
        "Somebody else has saved the draft in the meantime. Read it again and save on top of that.",
    ),
    ("no_draft", "There is no draft to publish. Save one first."),
    (
        "too_many_schedules",
        "So many versions wait to be published already. Cancel one first.",
    ),
    (
        "schedule_over",
        "The schedule is published, refused or cancelled already.",
    ),
    (
        "ledger_broken",
        "The server has found that the ledger does not add up, and writes nothing until its operator has repaired it.",
    ),
    ("not_json", "Send the body as application/json."),
    (
        "validation_failed",
        "The body says what cannot be. Every fault is listed with its place.",
    ),
    (
        "idempotency_key_missing",
        "Every shopper's write carries an Idempotency-Key: a fresh one per intent, the same for each retry.",
    ),
    (
        "idempotency_key_reused",
        "The key stands for another request. Use a fresh one.",
    ),
    (
        "idempotency_key_in_flight",
        "The first request with this key is at work. Ask again after Retry-After.",
    ),
    (
        "not_eligible",
        "The reward cannot be taken now. Every reason is listed.",
    ),
    (
        "not_cancellable",
        "The redemption is used, ended or given back already.",
    ),
    ("coupon_used", "The coupon is used on another order."),
    ("coupon_expired", "The coupon has ended."),
    (
        "coupon_cancelled",
        "The member has given the coupon back; its points have returned.",
    ),
    (
        "coupon_not_of_order",
        "The coupon is not in use on that order, so it cannot be released from it.",
    ),
    (
        "order_of_another_member",
        "The order was reported for another member. An order keeps its member.",
    ),
    (
        "order_not_paid",
        "An order is refunded after it was reported as paid.",
    ),
    (
        "order_paid",
        "The coupon paid for an order. Refund or cancel the order to return it.",
    ),
    (
        "too_many_endpoints",
        "A club has 20 webhook endpoints at most. Take one away first.",
    ),
    (
        "too_many_webhook_secrets",
        "Five secrets of the endpoint sign already. The oldest ends within 24 hours of its rotation.",
    ),
    (
        "endpoint_disabled",
        "Nothing is sent to the endpoint. Enable it first.",
    ),
    (
        "rate_limited",
        "Too many requests from this address or by this key. Wait as long as Retry-After says.",
    ),
    (
        "unavailable",
        "The server is busy or its database is locked. Send the same request again.",
    ),
    (
        "cannot_start",
        "A command of the operator cannot do its work for the reason in the detail.",
    ),
    (
        "internal_error",
        "A fault of ours. The log has it under the request's id.",
    ),
];
